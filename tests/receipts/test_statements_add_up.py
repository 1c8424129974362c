"""Whatever happens to an account: its balances hold, its statements chain and add up, and all pages tell the same."""

import contextlib
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from pops.core.accounts.models import Encounter, ServiceLine
from pops.core.money import format_cents
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Receipt, StatementDetail
from receipts.owed import get_balances, get_credit
from receipts.statements.freezing import freeze_settled
from receipts.statements.listing import get_statements
from tests.books import assert_books_balance
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, take, tender, today
from tests.factories.statements import imported_statement, statement_of

# Few amounts, so that they meet: all of a service, a part of it, more than it.
CENTS = st.sampled_from([700, 2000, 5000, 12000])
WHICH = st.integers(0, 9)
STEP = st.one_of(
    st.tuples(st.just("charge"), CENTS),
    st.just(("statement",)),
    st.tuples(st.just("import"), st.integers(-1, 1)),
    st.tuples(st.just("pay"), CENTS),
    st.tuples(st.just("insurance"), WHICH, CENTS),
    st.tuples(st.just("refund"), WHICH, CENTS),
    st.tuples(st.just("void"), WHICH),
    st.tuples(st.just("apply"), WHICH),
    st.tuples(st.just("collections"), WHICH),
)


@pytest.fixture
def dana(practice):
    user = clerk()
    batch_of(user)
    return user


class History:
    """An account and what happens to it."""

    def __init__(self, by):
        self.by, self.guarantor, self.day = by, GuarantorFactory(), date(2026, 1, 1)

    def do(self, what, *facts):
        """One step; what a rule refuses doesn't happen."""
        with contextlib.suppress(Refused), transaction.atomic():
            getattr(self, f"do_{what}")(*facts)

    def next_day(self):
        self.day += timedelta(days=1)
        return self.day

    def find(self, rows, which):
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    def do_charge(self, cents):
        ServiceLineFactory(guarantor=self.guarantor, billed_cents=cents)

    def do_statement(self):
        statement_of(self.guarantor, on=self.next_day())

    def do_import(self, beside):
        """One from the practice's own system, which may know of a dollar more or less than we do."""
        lines = ServiceLine.objects.filter(encounter__patient__guarantor=self.guarantor, statement=None)
        known = get_balances(self.guarantor).current_cents
        imported_statement(self.guarantor, *lines, on=self.next_day(), balance_cents=known + 100 * beside)
        freeze_settled(guarantor_id=self.guarantor.pk, now=timezone.now())

    def do_pay(self, cents):
        take(self.by, tender(cents), guarantor=self.guarantor)

    def do_insurance(self, which, cents):
        lines = ServiceLine.objects.filter(encounter__patient__guarantor=self.guarantor)
        if line := self.find(lines, which):
            ServiceLine.objects.filter(pk=line.pk).update(insurance_paid_cents=min(cents, line.billed_cents))

    def do_collections(self, which):
        if visit := self.find(Encounter.objects.filter(patient__guarantor=self.guarantor), which):
            Encounter.objects.filter(pk=visit.pk).update(in_collections=not visit.in_collections)

    def receipt(self, which):
        return self.find(Receipt.objects.filter(guarantor=self.guarantor, kind="payment"), which)

    def do_refund(self, which, cents):
        receipt = self.receipt(which)
        if receipt and (left := get_receipt_balance(receipt).left_cents):
            amounts = {"cash": min(cents, left)}
            facts = {"reason": "Paid twice", "now": timezone.now(), "today": today(), "by": self.by}
            refund_at_desk(receipt_number=receipt.pk, amounts=amounts, **facts)

    def do_void(self, which):
        if receipt := self.receipt(which):
            void_receipt(receipt_number=receipt.pk, reason="Mistake", today=today(), by=self.by)

    def do_apply(self, which):
        if receipt := self.receipt(which):
            post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=self.by)


def check_balances(history):
    balances = get_balances(history.guarantor)
    assert 0 <= balances.amount_due_cents <= balances.current_cents
    assert get_credit(history.guarantor) >= 0


def check_statements(history):
    """Each begins where the one before it ended, and is the sum of its services and of what isn't itemized."""
    before, not_itemized = None, 0
    details = StatementDetail.objects.filter(statement__guarantor=history.guarantor).order_by(
        "statement__statement_date"
    )
    for detail in details.select_related("statement"):
        assert detail.follows == (before and before.statement)
        assert detail.previous_cents == (before.current_cents if before else 0)
        assert detail.current_cents == detail.statement.balance_cents
        items = list(detail.items.all())
        for total, part in (("charges", "charge"), ("payments", "payment"), ("adjustments", "adjustment")):
            assert getattr(detail, f"{total}_cents") == sum(getattr(item, f"{part}_cents") for item in items)
        not_itemized += detail.other_cents
        assert detail.current_cents == sum(item.remaining_cents for item in items) + not_itemized
        before = detail


def check_latest(history):
    """What is left of the latest statement is the Amount Due."""
    rows = get_statements(history.guarantor, hide_paid=False).rows
    if rows:
        assert rows[0].left_cents == get_balances(history.guarantor).amount_due_cents


def check_pages(history, client_of):
    """Home, Account, Statements, the pay page and the desk say the same amounts."""
    guarantor, balances = history.guarantor, get_balances(history.guarantor)
    client, staff = client_of(guarantor), client_of(history.by)
    home, account = client.get("/").context, client.get("/account/").context
    assert {(page["visible"].amount_due_cents, page["visible"].current_cents) for page in (home, account)} == {
        (balances.amount_due_cents, balances.current_cents)
    }
    assert account["page"].balances == balances
    assert home["credit_cents"] == account["credit_cents"] == get_credit(guarantor)
    assert sum(visit.owed_cents for visit in account["page"].visits) == balances.current_cents
    assert client.get("/pay/").context["visible"] == home["visible"]
    desk = staff.get(reverse("backoffice:take", args=[guarantor.pk])).context
    assert (desk["balances"], desk["escrow_cents"]) == (balances, home["credit_cents"])
    if last := home["last_statement"]:
        page = client.get(f"/statements/{last.pk}/")
        assert page.context["row"].left_cents == balances.amount_due_cents
        assert format_cents(last.balance_cents) in page.content.decode()


@settings(max_examples=25, derandomize=True)
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_no_history_breaks_balances_statements_or_pages(dana, client_of, steps):
    with transaction.atomic():
        history = History(dana)
        history.do("charge", 5000)
        for step in steps:
            history.do(*step)
            check_balances(history)
            check_statements(history)
            check_latest(history)
        check_pages(history, client_of)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert_books_balance()
        transaction.set_rollback(True)


def test_the_steps_do_happen(dana):
    """A history that a rule refuses step by step would prove nothing."""
    history = History(dana)
    steps = [
        ("charge", 5000),
        ("statement",),
        ("pay", 12000),
        ("insurance", 0, 2000),
        ("charge", 2000),
        ("apply", 0),
        ("refund", 0, 700),
        ("import", 1),
        ("charge", 700),
        ("collections", 1),
        ("pay", 700),
        ("void", 1),
        ("statement",),
    ]
    for step in steps:
        history.do(*step)

    guarantor = history.guarantor
    assert StatementDetail.objects.filter(statement__guarantor=guarantor).count() == 3
    assert {receipt.kind for receipt in guarantor.receipts.all()} == {"payment", "refund"}
    assert guarantor.receipts.filter(void__isnull=False).count() == 1
    check_statements(history)
