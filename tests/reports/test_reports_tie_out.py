"""Whatever happened, POPS Payments says what the batches' breakdowns say: to the cent, both ways, by all they have."""

import contextlib
import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.breakdown import get_breakdown
from batches.closing import close_batch
from batches.models import ReferenceBatch
from batches.selectors import find_attached_batch
from payments.gateway.intents import Result
from payments.recording.payments import record_outcome
from payments.reports import listing
from payments.reports.outputs import csv
from payments.reports.registry import find_report
from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.core.practice.models import Practice
from pops.core.refusals import Refused
from receipts.balances import find_applied_lines
from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.move import move_receipt
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.returned import Notice, Reason, return_money
from receipts.corrections.take_back import take_back_postings
from receipts.corrections.void import void_receipt
from receipts.models import Disbursement, Posting, Receipt
from tests.books import judge
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, close, reopen, take, tender, today
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import FacilityFactory, ProviderFactory
from tests.golden import page_text
from tests.moments import NIGHTS_OF_CLOCKS
from tests.reports import reading

REPORT = find_report("pops-payments")
PAGE = reverse("backoffice:report", args=[REPORT.slug])
WHY = "A reason"
SPAN = {"from": "2026-03-07", "to": "2026-11-02"}


def online(by, guarantor, cents, receipt, result=Result.PAID):
    payment = PaymentFactory(guarantor=guarantor, amount_cents=cents)
    record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, result, at=timezone.now()))


def declined(by, guarantor, cents, receipt):
    online(by, guarantor, cents, receipt, Result.DECLINED)


def at_the_desk(by, guarantor, cents, receipt):
    take(by, tender(cents), tender(cents + 1, "check", check_number="7"), guarantor=guarantor)


def to_escrow(by, guarantor, cents, receipt):
    take(by, tender(cents, "card", card_brand="amex", card_last4="0005"), guarantor=guarantor, parts={})


def apply_escrow(by, guarantor, cents, receipt):
    post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=by)


def refund(by, guarantor, cents, receipt):
    method = receipt.transactions.first().method
    facts = {"reason": WHY, "now": timezone.now(), "today": today(), "by": by}
    refund_at_desk(receipt_number=receipt.pk, amounts={method: cents}, **facts)


def bounce(by, guarantor, cents, receipt):
    moved = receipt.transactions.last()
    notice = Notice(Reason.FUNDS, today())
    return_money(transaction_id=moved.pk, notice=notice, now=timezone.now(), today=today(), by=by)


def void(by, guarantor, cents, receipt):
    void_receipt(receipt_number=receipt.pk, reason=WHY, today=today(), by=by)


def disburse(by, guarantor, cents, receipt):
    disburse_escrow(receipt_number=receipt.pk, cents=cents, reason=WHY, today=today(), by=by)


def take_back(by, guarantor, cents, receipt):
    parts = {line: min(cents, applied) for line, applied in find_applied_lines(receipt).items()}
    take_back_postings(receipt_number=receipt.pk, parts=parts, reason=WHY, today=today(), by=by)


def move(by, guarantor, cents, receipt):
    to = ReferenceBatch.objects.filter(batch_date=receipt.received_on).exclude(pk=receipt.batch_id).first()
    if to is not None:
        move_receipt(receipt_number=receipt.pk, to_batch_id=to.pk, reason=WHY, by=by)


def close_online(by, guarantor, cents, receipt):
    batch = ReferenceBatch.objects.filter(is_api=True, status="open").first()
    if batch is not None:
        close_batch(batch_id=batch.pk, now=timezone.now(), by=by, knows_day_goes_on=True)


def close_mine(by, guarantor, cents, receipt):
    close(find_attached_batch(by), by, note=WHY, cash=cents)


def reopen_one(by, guarantor, cents, receipt):
    batch = ReferenceBatch.objects.filter(status="closed").first()
    if batch is not None:
        reopen(batch, by)


DEEDS = [
    online, online, declined, at_the_desk, at_the_desk, to_escrow, to_escrow, apply_escrow, apply_escrow,
    refund, bounce, void, disburse, take_back, move, close_online, close_mine, reopen_one,
]  # fmt: skip
STEP = st.tuples(
    st.integers(0, len(NIGHTS_OF_CLOCKS) - 1), st.sampled_from(DEEDS), st.integers(0, 5), st.integers(1, 9_000)
)  # fmt: skip


def live(steps, by, guarantors):
    """Do all of it, each at its moment; what a rule refuses is not done."""
    for moment, deed, nth, cents in sorted(steps, key=lambda step: step[0]):
        with time_machine.travel(NIGHTS_OF_CLOCKS[moment], tick=False):
            mine = find_attached_batch(by)
            if mine is None or not mine.is_open or mine.batch_date != today():
                batch_of(by, f"Desk {ReferenceBatch.objects.count()}")
            receipts = list(Receipt.objects.order_by("pk"))
            receipt = receipts[nth % len(receipts)] if receipts else None
            needs_one = deed in DEEDS[7:15]
            if receipt is not None or not needs_one:
                with contextlib.suppress(Refused):
                    deed(by, guarantors[nth % len(guarantors)], cents, receipt)


def ask(user, **given):
    question = REPORT.ask({**SPAN, **given}, user=user, today=dt.date(2026, 11, 2))
    assert not question.wrong
    return question


def totals(user, **given):
    return {total.measure.name: total.value for total in REPORT.totals(ask(user, **given), user)}


def by(user, group, measure="total", **given):
    (section,) = REPORT.sections(ask(user, by=group, **given), user)
    place = [row.name for row in section.measures].index(measure)
    return Counter({row.key: row.sums[place] for row in section.rows if row.sums[place]})


def counted(breakdown):
    return [*breakdown.received, *breakdown.refunded, *breakdown.returned]


def said_by(breakdowns):
    """The sums of breakdowns, by the names of the report."""
    return {
        "transactions": sum(row.count for one in breakdowns for row in counted(one)),
        "received": sum(one.received_cents for one in breakdowns),
        "refunded": sum(one.refunded_cents + one.returned_cents for one in breakdowns),
        "total": sum(one.total_cents for one in breakdowns),
        "applied": sum(one.posted_cents for one in breakdowns),
        "disbursed": sum(one.disbursed_cents for one in breakdowns),
        "escrow": sum(one.escrow_cents for one in breakdowns),
        "voided": sum(one.voided_cents for one in breakdowns),
    }


def check(user):
    batches = list(ReferenceBatch.objects.all())
    breakdowns = {batch: get_breakdown(batch) for batch in batches}
    for date in {batch.batch_date for batch in batches}:
        told = totals(user, **{"from": f"{date}", "to": f"{date}"})
        assert said_by([breakdowns[one] for one in batches if one.batch_date == date]).items() <= told.items()
    whole = said_by(breakdowns.values())
    assert whole.items() <= totals(user).items()
    methods = Counter()
    for one in breakdowns.values():
        for row in counted(one):
            methods[row.method] += row.amount_cents
    assert by(user, "method") == Counter({method: cents for method, cents in methods.items() if cents})
    for name, cents in (("total", "total_cents"), ("applied", "posted_cents"), ("escrow", "escrow_cents")):
        assert by(user, "batch", name) == Counter(
            {batch.pk: getattr(one, cents) for batch, one in breakdowns.items() if getattr(one, cents)}
        )
    applied_by_place(user, whole)
    both_ways(user, whole)


def applied_by_place(user, whole):
    for group in ("facility", "provider"):
        places = Counter()
        for posting in Posting.objects.select_related("line__encounter"):
            places[getattr(posting.line.encounter, f"{group}_id")] += posting.amount_cents
        told = by(user, group, "applied")
        assert told == Counter({place: cents for place, cents in places.items() if cents})
        assert sum(told.values()) == whole["applied"]
        for place, cents in told.items():
            assert totals(user, **{group: str(place)})["applied"] == cents


def both_ways(user, whole):
    """The lists sum up to the totals; by received date each receipt's money is where it came in."""
    received, applied = ask(user), ask(user, list="applied")
    amounts = {"received": "amount", "applied": "amount"}
    for question, name, total in ((received, "received", "total"), (applied, "applied", "applied")):
        table = REPORT.table(question, user)
        place = [column.name for column in table.columns].index(amounts[name])
        assert sum(row[place] for row in table.rows) == whole[total]
    days = Counter()
    for posting in Posting.objects.select_related("receipt"):
        days[posting.receipt.received_on] += posting.amount_cents
    assert by(user, "day", "applied", date="received") == Counter({day: cents for day, cents in days.items() if cents})
    gone = sum(Disbursement.objects.values_list("amount_cents", flat=True))
    assert totals(user, date="received")["disbursed"] == gone


def say_the_same(user, told):
    """Screen and files list the same amounts of what came in and what was applied, and they come to the totals."""
    for asked, whole in (({}, "total"), ({"list": "applied"}, "applied")):
        question = ask(user, **asked)
        amounts = reading.on_pages(REPORT, question, user, "amount")
        assert reading.in_files(lambda question=question: REPORT.table(question, user), "Amount") == [amounts] * 3
        assert sum(amounts) == told[whole]
        yield question, amounts


@pytest.fixture
def household(practice, dana):
    Practice.objects.update(blind_count=False)
    places = [FacilityFactory(), FacilityFactory(name="Northside")]
    who = [ProviderFactory(), ProviderFactory(name="Ana Lopez, NP")]
    people: list[Guarantor] = GuarantorFactory.create_batch(2)
    for guarantor in people:
        for place, provider in zip(places, who, strict=True):
            ServiceLineFactory(
                guarantor=guarantor, encounter__facility=place, encounter__provider=provider, billed_cents=7000
            )
    return dana, people


@pytest.mark.long
@settings(max_examples=25, derandomize=True)
@given(steps=st.lists(STEP, min_size=8, max_size=22))
def test_no_history_parts_the_report_from_the_batches(household, steps):
    dana, people = household
    with transaction.atomic():
        live(steps, dana, people)
        check(dana)
        list(say_the_same(dana, totals(dana)))
        judge()
        transaction.set_rollback(True)


def test_one_of_each(household, client_of, monkeypatch):
    """A history that surely has all of it; what it comes to stands on each page and in each file."""
    monkeypatch.setattr(listing, "PAGE", 7)
    dana, people = household
    deeds = [
        (0, online, 0, 5000), (0, at_the_desk, 1, 4000), (0, close_online, 0, 1), (0, online, 0, 700),
        (1, to_escrow, 0, 9000), (1, to_escrow, 1, 3000), (2, apply_escrow, 3, 1), (2, declined, 0, 4000),
        (3, disburse, 4, 500), (4, refund, 1, 1500), (5, to_escrow, 1, 2500), (5, void, 7, 1), (6, take_back, 1, 1000),
        (6, close_mine, 0, 100), (6, reopen_one, 0, 1), (6, bounce, 3, 1), (7, online, 0, 1234), (8, refund, 4, 300),
    ]  # fmt: skip

    live(deeds, dana, people)

    check(dana)
    judge()
    told = totals(dana)
    assert all(told[name] for name in ("received", "refunded", "applied", "disbursed", "escrow", "voided"))
    client = client_of(dana)
    page = page_text(client.get(PAGE, SPAN).content.decode())
    for question, amounts in say_the_same(dana, told):
        assert reading.on_screen(client, f"{PAGE}?{question.address}", "Amount") == amounts
        paper = reading.paper_of(REPORT.table(question, dana))
        assert reading.on_paper(paper) == amounts
        for name in ("received", "refunded", "total", "applied", "disbursed", "escrow", "voided"):
            assert format_cents(told[name]) in page
            assert format_cents(told[name]) in paper
    with_payments = ask(dana, payments="yes")
    applied = reading.in_csv(b"".join(csv.write(REPORT.table(with_payments, dana))), "Applied")
    assert reading.on_screen(client, f"{PAGE}?{with_payments.address}", "Applied") == applied
    assert sum(applied) == told["applied"]
    assert ReferenceBatch.objects.filter(supplement=2).exists()
    assert ReferenceBatch.objects.exclude(reopenings=None).exists()
