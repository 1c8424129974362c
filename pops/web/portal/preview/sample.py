"""A guarantor to show a page with: a balance, a statement and a receipt. Made in a transaction that is rolled back."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from pops.core.methods import Method
from pops.core.practice.models import Facility, Group, Provider
from pops.logins.models import AccountLogin
from pops.logins.selectors import find_user_with_accounts
from receipts.models import Posting, Receipt, Transaction

# Below all that the sequence gives.
NUMBER = 1042
PAID = 6_500
NO_INSURANCE = {"adjusted_cents": 0, "insurance_pending_cents": 0, "insurance_paid_cents": 0}
FIRST: dict[str, Any] = {"description": "Annual physical", "billed_cents": 24_550, **NO_INSURANCE}
SECOND: dict[str, Any] = {"description": "Lipid panel", "billed_cents": 4_300}
RECEIPT: dict[str, Any] = {
    "number": NUMBER,
    "status": Receipt.Status.PAID,
    "channel": Receipt.Channel.ONLINE,
    "amount_cents": PAID,
}
CARD: dict[str, Any] = {
    "method": Method.CARD,
    "amount_cents": PAID,
    "requested_cents": PAID,
    "card_brand": "visa",
    "card_last4": "4242",
}


@dataclass(frozen=True)
class Sample:
    """Who sees the page, and the receipt they see."""

    user: User
    number: int


def make_sample(group: Group, *, now: dt.datetime, today: dt.date) -> Sample:
    """Rows for the pages that are previewed. Only ever inside a transaction that is rolled back."""
    group.name = f"Preview {secrets.token_hex(8)}"
    group.save()
    guarantor = Guarantor.objects.create(
        account_number=f"SAMPLE-{secrets.randbelow(1_000_000)}",
        group=group,
        name="Maria Sample",
        email="sample@example.invalid",
    )
    owner = User.objects.create_user(guarantor.email, name=guarantor.name)
    AccountLogin.objects.create(guarantor=guarantor, user=owner, is_own=True)
    line, *_ = _make_visit(guarantor, today)
    _make_receipt(guarantor, line, now=now, today=today)
    user = find_user_with_accounts(owner.pk)
    assert user is not None
    return Sample(user, NUMBER)


def _make_visit(guarantor: Guarantor, today: dt.date) -> list[ServiceLine]:
    """Two services; the first is on a statement."""
    statement = Statement.objects.create(
        guarantor=guarantor, statement_date=today - dt.timedelta(days=12), balance_cents=18_050
    )
    encounter = Encounter.objects.create(
        number=9_000_000_000 + secrets.randbelow(900_000_000),
        patient=Patient.objects.create(guarantor=guarantor, name="Leo Sample"),
        provider=Provider.objects.create(name="Priya Raman, MD"),
        facility=Facility.objects.create(name="Main Clinic", address="14 Harbor Street"),
    )
    of_all = {"encounter": encounter, "service_date": today - dt.timedelta(days=30)}
    first = ServiceLine.objects.create(line_number=1, statement=statement, **FIRST, **of_all)
    return [first, ServiceLine.objects.create(line_number=2, **SECOND, **of_all)]


def _make_receipt(guarantor: Guarantor, line: ServiceLine, *, now: dt.datetime, today: dt.date) -> None:
    batch = ReferenceBatch.objects.create(description="Preview", user=get_pops_user(), batch_date=today)
    receipt = Receipt.objects.create(
        guarantor=guarantor,
        batch=batch,
        received_on=today,
        received_at=now,
        guarantor_name=guarantor.name,
        account_number=guarantor.account_number,
        **RECEIPT,
    )
    Transaction.objects.create(receipt=receipt, number=f"sample_{secrets.token_hex(8)}", **CARD)
    Posting.objects.create(receipt=receipt, line=line, batch=batch, amount_cents=PAID, **_snapshot(line))


def _snapshot(line: ServiceLine) -> dict[str, Any]:
    """The service as it stood right after."""
    visit = line.encounter
    return FIRST | {
        "facility_name": visit.facility.name,
        "facility_address": visit.facility.address,
        "provider_name": visit.provider.name,
        "patient_name": visit.patient.name,
        "service_id": "67563-1",
        "service_date": line.service_date,
        "patient_paid_cents": PAID,
        "remaining_cents": line.billed_cents - PAID,
    }
