"""Reading QuickPay links."""

from django.db.models import QuerySet

from pops.core.accounts.models import Guarantor
from pops.quickpay.models import Link


def find_links(guarantor: Guarantor) -> QuerySet[Link]:
    """The links of a guarantor, newest first."""
    return guarantor.quickpay_links.select_related("made_by", "revoked_by").order_by("-made_at", "-pk")
