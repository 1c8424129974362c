"""Makes the sample practice, with some months behind it. Uses the services the product itself uses."""

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import stripe
from django.conf import settings
from django.contrib.auth.models import Group as Role
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from notifications.models import Message
from payments.gateway.client import client
from payments.gateway.intents import Outcome, Result, create_intent
from payments.gateway.refunds import RefundFacts, create_refund
from payments.models import Payment, Refund
from payments.recording.payments import record_outcome
from payments.recording.refunds import record_refund
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from pops.core.imports.kinds import KINDS
from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import
from pops.core.practice.models import Facility, Group, Practice, Provider
from pops.local.datadir import ROOT
from pops.local.seed_data import (
    BIRTH_DATES,
    CARDS,
    FACILITIES,
    HELPED,
    HOUSEHOLDS,
    PROVIDERS,
    SERVICES,
    STAFF,
    STAFF_PASSWORD,
    YESTERDAY,
)
from pops.logins.linking import create_guarantor_login, link_person
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.owed import find_lines, get_balances

TIME_ZONE = "America/New_York"
# What insurance pays of a service that the sample guarantor had paid already.
INSURANCE_PAID_LATE = 1500
DECLINED = "The card doesn't have enough funds for this payment."


@transaction.atomic
def seed_practice(*, now: dt.datetime) -> bool:
    """Make the sample practice as of `now`. False when there is a practice already: nothing is changed."""
    if Practice.objects.exists():
        return False
    chance = random.Random(20260301)  # noqa: S311  the same practice each time
    _make_practice()
    staff = _make_staff()
    for n, (name, email, patients) in enumerate(HOUSEHOLDS):
        _make_household(n, name, email, patients, chance=chance, today=now.astimezone(ZoneInfo(TIME_ZONE)).date())
    _make_history(now, chance)
    _note_emails_of_the_past()
    _import_samples(now)
    # Yesterday's batch was forgotten: it stands out in the back office as one to close.
    open_days = ReferenceBatch.objects.filter(status="open").order_by("-batch_date")
    for batch in open_days[1:]:
        close_batch(batch_id=batch.pk, now=timezone.now(), by=staff)
    return True


def _make_practice() -> None:
    Practice.objects.create(
        pk=1,
        name="Lakeside Family Medicine",
        time_zone=TIME_ZONE,
        phone="(555) 010-2000",
        email="billing@lakeside.example",
    )
    Group.objects.create(
        name="Lakeside Family Medicine",
        email_receipts=True,
        footer_email="billing@lakeside.example",
        footer_phone="(555) 010-2000",
        footer_text="Questions about a bill? Our billing office answers Monday to Friday, 8 AM to 5 PM.",
    )
    Facility.objects.bulk_create(Facility(name=name, address=at, phone=phone) for name, at, phone in FACILITIES)
    Provider.objects.bulk_create(Provider(name=name) for name in PROVIDERS)


def _make_staff() -> User:
    """The staff logins; returns the front desk's."""
    for email, name, role in STAFF:
        is_administrator = role == "Administrator"
        user = User.objects.create_user(email, STAFF_PASSWORD, name=name, is_staff=True, is_superuser=is_administrator)
        user.groups.add(Role.objects.get(name=role))
    return User.objects.get(email=STAFF[0][0])


def _make_household(
    n: int, name: str, email: str, patient_names: list[str], *, chance: random.Random, today: dt.date
) -> None:
    guarantor = Guarantor.objects.create(
        account_number=str(48210 + 7 * n),
        group=Group.objects.get(),
        name=name,
        email=email,
        phone=f"(555) 010-{3000 + n}",
    )
    _let_sign_in(guarantor)
    statement = Statement.objects.create(
        guarantor=guarantor, statement_date=today - dt.timedelta(days=20), balance_cents=0
    )
    numbers = itertools.count(67500 + 40 * n)
    for patient_name in patient_names:
        patient = Patient.objects.create(
            guarantor=guarantor, name=patient_name, birth_date=BIRTH_DATES.get(patient_name)
        )
        for _ in range(chance.randint(2, 4)):
            _make_visit(patient, statement, next(numbers), chance=chance, today=today)
    # Walter Pruitt's oldest visit went to a collections agency.
    if name == "Walter Pruitt":
        Encounter.objects.filter(patient__guarantor=guarantor, number=67500 + 40 * n).update(in_collections=True)
    statement.balance_cents = get_balances(guarantor).amount_due_cents
    statement.save(update_fields=["balance_cents"])


def _let_sign_in(guarantor: Guarantor) -> None:
    """Each by their own address; a mother's account is opened by her daughter."""
    if guarantor.name in HELPED:
        helper = Guarantor.objects.get(name=HELPED[guarantor.name]).account_number
        link_person(guarantor_id=guarantor.pk, person=helper, reason="Her daughter", by=get_pops_user())
    elif guarantor.email:
        create_guarantor_login(guarantor=guarantor)


def _make_visit(
    patient: Patient,
    statement: Statement,
    number: int,
    *,
    chance: random.Random,
    today: dt.date,
    days_ago: int | None = None,
    services: Sequence[tuple[str, str, int, int]] = (),
) -> None:
    encounter = Encounter.objects.create(
        number=number,
        patient=patient,
        provider=chance.choice(list(Provider.objects.all())),
        facility=chance.choice(list(Facility.objects.all())),
    )
    service_date = today - dt.timedelta(days=days_ago or chance.randint(5, 150))
    billed_for = services or chance.sample(SERVICES, chance.randint(1, 3))
    for line, (description, code, billed, share) in enumerate(billed_for, 1):
        patient_share = billed * share // 100
        adjusted = (billed - patient_share) // 3
        is_recent = service_date > statement.statement_date
        rest = billed - patient_share - adjusted
        ServiceLine.objects.create(
            encounter=encounter,
            line_number=line,
            service_date=service_date,
            description=description,
            procedure_code=code,
            billed_cents=billed,
            adjusted_cents=adjusted,
            insurance_pending_cents=rest if is_recent else 0,
            insurance_paid_cents=0 if is_recent else rest,
            statement=None if is_recent else statement,
        )


def _make_history(now: dt.datetime, chance: random.Random) -> None:
    """Payments of the last weeks; none today, so that the first one of the demo opens the day's batch."""
    guarantors = [guarantor for guarantor in Guarantor.objects.all() if get_balances(guarantor).current_cents > 2000]
    for days_ago in (74, 61, 45, 33, 21, 12, 6, 3, 2, 1):
        maria, *others = guarantors
        for guarantor in [maria, *chance.sample(others, 3)] if days_ago > 9 else chance.sample(others, 3):
            moment = now - dt.timedelta(days=days_ago, minutes=chance.randint(0, 300))
            cents = min(chance.choice([2500, 4000, 6000, 9500]), max(get_balances(guarantor).current_cents, 1000))
            _record(guarantor, cents, moment, chance.choice(CARDS), declined=chance.random() < 0.15)
    _make_sample_receipts(guarantors[0], now)
    # Somebody has to decide about this one.
    _record(guarantors[1], 5000, now - dt.timedelta(days=1, hours=2), CARDS[0], declined=False, agreed=4500)
    _make_new_charges(guarantors[0], now.astimezone(ZoneInfo(TIME_ZONE)).date(), chance)


def _note_emails_of_the_past() -> None:
    """The receipts' mails were sent as soon as they were queued; the latest of them came back."""
    queued = Message.objects.filter(state="queued")
    latest = queued.latest("pk").pk
    queued.update(state="sent", sent_at=F("queued_at"), attempts=1)
    Message.objects.filter(pk=latest).update(
        state="bounced", ended_at=F("queued_at"), error="The address does not take mail."
    )


def _import_samples(now: dt.datetime) -> None:
    """Three households more, as a practice's own system brings them: the files of docs/import.md."""
    today = str(now.astimezone(ZoneInfo(TIME_ZONE)).date())
    for kind in KINDS:
        path = ROOT / "docs" / "samples" / f"{kind}.csv"
        run = AccountImport.objects.create(name=path.name, brought_by=User.objects.get(email=STAFF[-1][0]))
        run_import(run, path=path, wish=Wish(), today=today, tell=lambda step, line: None)
        run.note(ended_at=now)


def _make_sample_receipts(guarantor: Guarantor, now: dt.datetime) -> None:
    """What the sample guarantor finds among her receipts: one that paid ahead, a refund of it, and a declined card."""
    moments = [now - dt.timedelta(days=days, minutes=50) for days in (9, 5, 4)]
    paid = _record(guarantor, get_balances(guarantor).current_cents + 6000, moments[0], CARDS[0], declined=False)
    assert paid is not None
    _record(guarantor, 4500, moments[1], CARDS[1], declined=True)
    _record_refund(Receipt.objects.get(number=paid), 4000, moments[2], reason="Paid more than was owed")


def _make_new_charges(guarantor: Guarantor, today: dt.date, chance: random.Random) -> None:
    """What insurance has left to the sample guarantor since: on a new statement, and a visit not on it yet.

    And what it paid of a service that she had paid already: credit.
    """
    paid = find_lines(guarantor).filter(owed__patient_paid_cents__gte=INSURANCE_PAID_LATE)[:1]
    ServiceLine.objects.filter(pk__in=[line.pk for line in paid]).update(
        insurance_paid_cents=F("insurance_paid_cents") + INSURANCE_PAID_LATE
    )
    statement = Statement.objects.create(
        guarantor=guarantor, statement_date=today - dt.timedelta(days=2), balance_cents=0
    )
    for n, patient in enumerate(guarantor.patients.order_by("pk")):
        # Yesterday's leaves something to pay that no statement shows: Current Balance is more than Amount Due.
        days_ago, services = (20 + 9 * n, []) if n else (1, YESTERDAY)
        _make_visit(patient, statement, 67_530 + n, chance=chance, today=today, days_ago=days_ago, services=services)
    statement.balance_cents = get_balances(guarantor).amount_due_cents
    statement.save(update_fields=["balance_cents"])


def _record(
    guarantor: Guarantor,
    cents: int,
    moment: dt.datetime,
    card: tuple[str, str],
    *,
    declined: bool,
    agreed: int | None = None,
) -> int | None:
    """Record an online payment; the number of its receipt. Another amount than was agreed to needs review."""
    payment = Payment.objects.create(guarantor=guarantor, amount_cents=cents)
    intent, charge = _charge(payment, "declined" if declined else card[0])
    Payment.objects.filter(pk=payment.pk).update(started_at=moment, intent_id=intent, amount_cents=agreed or cents)
    facts = TransactionFacts(
        number=charge,
        method="card",
        amount_cents=0 if declined else cents,
        requested_cents=cents,
        card_brand=card[0],
        card_last4=card[1],
        card_expiry="11/2029",
        reason=DECLINED if declined else "",
    )
    return record_outcome(
        payment_id=payment.pk,
        outcome=Outcome(
            result=Result.DECLINED if declined else Result.PAID,
            intent_id=intent,
            amount_cents=cents,
            currency="usd",
            occurred_at=moment,
            transactions=[facts],
        ),
    )


def _record_refund(receipt: Receipt, cents: int, moment: dt.datetime, *, reason: str) -> None:
    """Give part of an online payment back, as Stripe would tell of it."""
    charge = str(receipt.transactions.get().number)
    refund = Refund.objects.create(
        receipt=receipt, charge_id=charge, amount_cents=cents, reason=reason, requested_at=moment
    )
    facts = RefundFacts(
        stripe_id=f"re_{uuid.uuid4().hex[:24]}",
        charge_id=charge,
        intent_id="",
        amount_cents=cents,
        state=Refund.State.SUCCEEDED,
        occurred_at=moment,
        refund_id=refund.pk,
        returns=None,
        failure="",
    )
    if _is_sandbox():
        made = create_refund(refund_id=refund.pk, charge_id=charge, amount_cents=cents)
        facts = replace(made, occurred_at=moment)
    record_refund(payment=receipt, facts=facts, now=moment)


def _is_sandbox() -> bool:
    return bool(settings.STRIPE_API_BASE != stripe.DEFAULT_API_BASE)


def _charge(payment: Payment, brand: str) -> tuple[str, str]:
    """The ids of the PaymentIntent and the charge. The sandbox knows both, so that the money can be refunded there.

    With Stripe itself nothing is charged for a sample: the ids only look like its own.
    """
    if not _is_sandbox() or brand == "declined":
        return f"pi_{uuid.uuid4().hex[:24]}", f"ch_{uuid.uuid4().hex[:24]}"
    made = create_intent(
        payment_id=payment.pk, amount_cents=payment.amount_cents, currency=payment.currency, now=payment.started_at
    )
    intent = client().v1.payment_intents.confirm(made.id, {"payment_method": f"pm_card_{brand}"})
    return intent.id, str(intent.latest_charge)
