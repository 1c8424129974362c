import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Group, Practice
from tests.balance_notices.agreeing import PHONE, agree
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, StatementFactory
from tests.factories.practice import GroupFactory
from tests.moments import NOON


@pytest.fixture
def awake(practice: Practice) -> Practice:
    """Notices may go out at any hour: these tests run at night too."""
    practice.notices_from, practice.notices_until = dt.time.min, dt.time.max
    practice.save()
    return practice


@pytest.fixture
def group(practice: Practice) -> Group:
    group: Group = GroupFactory(notice_days="3,14,30", text_notices=True)
    return group


@pytest.fixture
def owes(group: Group) -> Any:
    """Make a guarantor who owes $100.00 on a statement of some days before noon of March 2, 2026."""

    def owes(days: int = 3, **facts: Any) -> Guarantor:
        guarantor: Guarantor = GuarantorFactory(**{"group": group, **facts})
        statement = StatementFactory(
            guarantor=guarantor, statement_date=NOON.date() - dt.timedelta(days=days), balance_cents=10000
        )
        ServiceLineFactory(guarantor=guarantor, statement=statement)
        return guarantor

    return owes


@pytest.fixture
def owes_by_text(owes: Any) -> Any:
    """One who chose texts and agreed to them."""

    def owes_by_text(days: int = 3, **facts: Any) -> Guarantor:
        now = timezone.now()
        chosen = {"notices_by": "text", "notices_chosen_at": now, "phone_confirmed_at": now}
        guarantor: Guarantor = owes(days, **{"phone": PHONE, **chosen, **facts})
        agree(guarantor)
        return guarantor

    return owes_by_text
