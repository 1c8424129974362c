"""The list of receipts: its filters, a search by whatever is written on a receipt, a count that says when it stops."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pops.core.accounts.models import ServiceLine
from receipts.corrections.refund import refund_at_desk
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, take, tender, today
from tests.factories.staff import DESK, MANAGER, member

LIST = "/admin/receipts/receipt/"


@pytest.fixture
def ruth(practice):
    ruth = clerk("Ruth Adams")
    batch_of(ruth)
    return ruth


@pytest.fixture
def desk(client_of, ruth):
    return client_of(member(MANAGER))


def shows(client, **asked):
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer
    return [row.pk for row in answer.context["cl"].result_list]


def test_by_method_user_and_days(desk, ruth, pay):
    online = pay(at=timezone.now()).pk
    cash, check = take(ruth).pk, take(ruth, tender(4000, "check", check_number="1042")).pk
    day = today()

    assert shows(desk, method="check") == [check]
    assert shows(desk, method="card") == [online]
    assert set(shows(desk, user=ruth.pk)) == {cash, check}
    assert shows(desk, user="online") == [online]
    assert len(shows(desk, day__gte=day, day__lte=day)) == 3
    assert shows(desk, day__gte=day + dt.timedelta(days=1)) == []
    assert shows(desk, day__lte=day - dt.timedelta(days=1)) == []
    answer = desk.get(LIST, {"day__gte": "no date"}, follow=True)
    assert "a filter that can&#x27;t be" in answer.content.decode()


def test_by_facility_escrow_and_refunded(desk, ruth, guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
    there = take(ruth, tender(3000), guarantor=guarantor)
    credit = take(ruth)
    made = refund_at_desk(
        receipt_number=credit.pk, amounts={"cash": 1000}, reason="Overpaid", now=timezone.now(), today=today(), by=ruth
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is unapplied is kept at the end of a transaction
    facility = ServiceLine.objects.get(pk=line.pk).encounter.facility_id

    assert shows(desk, facility=facility) == [there.pk]
    assert shows(desk, facility=facility + 1) == []
    assert shows(desk, shown="unapplied") == [credit.pk]
    assert shows(desk, shown="refunded") == [credit.pk]
    assert shows(desk, shown="refunds") == [made]


def test_by_what_is_written_on_it(desk, ruth, pay):
    paid = pay(GuarantorFactory(email="zoe@example.com"), cents=1900, at=timezone.now())
    check = take(ruth, tender(4000, "check", check_number="1042"))
    card = take(ruth, tender(4100, "card", card_brand="visa", card_last4="4711"))

    assert shows(desk, q="1042") == shows(desk, q="01042") == [check.pk]
    assert shows(desk, q="4711") == [card.pk]
    assert shows(desk, q="19.00") == shows(desk, q="$19") == [paid.pk]
    assert shows(desk, q="zoe@example.com") == [paid.pk]
    assert shows(desk, q=paid.payment.intent_id) == [paid.pk]
    assert shows(desk, q=paid.transactions.get().number) == [paid.pk]
    assert shows(desk, q=str(card.pk)) == [card.pk]
    assert shows(desk, q="19") == shows(desk, q="9" * 5000) == []
    assert shows(desk, q="$") == shows(desk, q="1.999") == []


def test_nobody_guesses_an_amount_that_they_have_still_to_count(client_of, practice):
    dana = member(DESK)
    batch_of(dana)
    made = [take(dana, tender(cents)).pk for cents in (4321, 100, 900)]
    desk = client_of(dana)

    assert shows(desk, q="43.21") == []
    assert shows(desk, o="3") == shows(desk, o="-3") == made[::-1], "nor by its place among others"
    assert len(shows(client_of(member(MANAGER)), q="43.21")) == 1


def test_a_count_that_stops_says_so(desk, ruth, monkeypatch):
    monkeypatch.setattr("pops.web.backoffice.lists.long.COUNTED", 2)
    take(ruth)
    assert "More than" not in desk.get(LIST).content.decode()
    take(ruth)

    assert "More than 2 receipts" in " ".join(desk.get(LIST).content.decode().split())
    found = " ".join(desk.get(LIST, {"method": "cash"}).content.decode().split())
    assert "More than 2 results" in found


def test_the_list_asks_few_questions_whatever_is_searched(ruth, pay, client_of):
    paid = pay(GuarantorFactory(name="Zoe Zed", email="zoe@example.com"), cents=1900, at=timezone.now())
    for _ in range(12):
        take(ruth)
    intent, charge = paid.payment.intent_id, paid.transactions.get().number
    searched = ["", "zoe", "zoe@example.com", "1042", "19.00", intent, "pi_none", charge, str(paid.pk)]
    more: list[dict[str, object]] = [{"shown": "escrow", "user": ruth.pk}, {"q": "19.00", "method": "card"}]

    asked = {}
    for role in (DESK, MANAGER):
        client = client_of(member(role))
        client.get(LIST)
        for question in [*({"q": text} for text in searched), *more]:
            with CaptureQueriesContext(connection) as queries:
                shows(client, **question)
            asked[role, str(question)] = len(queries)

    assert {question: count for question, count in asked.items() if count > 12} == {}


CROWD = """
SET LOCAL session_replication_role = replica;
INSERT INTO receipts_receipt (guarantor_id, batch_id, kind, status, channel, amount_cents, received_on, received_at,
    issued_at, reason, guarantor_name, account_number, issued_by_id)
SELECT %(guarantor)s, %(batch)s, 'payment', 'paid', 'office', 100 + n %% 5000, DATE '2020-01-01' + n / 20,
    TIMESTAMPTZ '2020-01-01' + n * interval '70 minutes', now(), '', 'Maria', '1', %(user)s
FROM generate_series(1, 30000) n;
INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand, card_last4,
    card_expiry, check_number, approval_code, reason)
SELECT number, 'desk-' || number, 'cash', amount_cents, amount_cents, '', '', '', '', '', '' FROM receipts_receipt;
ANALYZE receipts_receipt, receipts_transaction;
SET LOCAL session_replication_role = DEFAULT;
"""


@pytest.mark.books_are_wrong("receipts made by hand")
def test_days_long_ago_are_found_by_an_index(desk, ruth, guarantor):
    facts = {"guarantor": guarantor.pk, "batch": ruth.attachment.batch_id, "user": ruth.pk}
    with connection.cursor() as cursor:
        cursor.execute(CROWD, facts)

    rows = Receipt.objects.filter(received_on__gte="2020-02-01", received_on__lte="2020-02-03")
    plan = rows.order_by("-received_on", "-received_at", "-number")[:100].explain()

    assert "receipt_by_day" in plan, plan
    assert len(shows(desk, day__gte="2020-02-01", day__lte="2020-02-03")) == 60


@pytest.mark.books_are_wrong("receipts made by hand")
@pytest.mark.parametrize("asked", [{"shown": "escrow"}, {"shown": "received"}, {"shown": "refunds"}])
def test_a_page_joins_what_it_shows_and_sums_no_receipt_that_it_does_not(desk, ruth, guarantor, asked):
    """Which receipts are on a page is asked of their table and what they are filtered by, then the page is read."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD, {"guarantor": guarantor.pk, "batch": ruth.attachment.batch_id, "user": ruth.pk})

    with CaptureQueriesContext(connection) as queries:
        shows(desk, **asked)

    asks = [query["sql"] for query in queries if query["sql"].startswith('SELECT "receipts_receipt"')]
    assert asks
    assert not [sql for sql in asks if "guarantor_name" in sql and "LIMIT" in sql], "joined before it is cut"
    assert not [sql for sql in asks if "SUM(" in sql], "sums the postings of all receipts"
