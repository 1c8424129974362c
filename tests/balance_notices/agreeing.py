"""A phone that takes texts, and agreeing to them."""

from django.utils import timezone

from pops.balance_notices.models import TextConsent
from pops.core.accounts.models import Guarantor
from tests.factories.accounts import login_of

PHONE, NUMBER = "(312) 555-0142", "+13125550142"


def agree(guarantor: Guarantor) -> None:
    """As on the Profile page."""
    facts = {"number": NUMBER, "words": "I agree.", "place": "profile", "taken_by": login_of(guarantor)}
    TextConsent.objects.create(guarantor=guarantor, phone=guarantor.phone, given_at=timezone.now(), **facts)
