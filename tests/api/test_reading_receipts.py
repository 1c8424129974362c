"""Receipts by the API: each with its transactions and where its money is, found by what is known of them."""

import base64
import datetime as dt
import json

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pops.core.accounts.models import Encounter
from pops.web.api.v1.receipts_shapes import ReceiptShape
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Disbursement, Posting, Receipt, ReceiptVoid, Transaction
from receipts.rows import get_row
from tests.factories.accounts import ServiceLineFactory
from tests.factories.api import caller
from tests.factories.desk import take, tender, today
from tests.factories.staff import MANAGER

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(practice):
    return caller("receipts:read", role=MANAGER)


def refund(receipt: Receipt, by, **amounts: int) -> Receipt:
    number = refund_at_desk(
        receipt_number=receipt.pk, amounts=amounts, reason="Overpaid", now=timezone.now(), today=today(), by=by
    )
    return Receipt.objects.get(pk=number)


def test_a_receipt_says_who_paid_how_and_where_the_money_is(api, dana):
    line = ServiceLineFactory(billed_cents=3000)
    guarantor = line.encounter.patient.guarantor
    receipt = take(dana, tender(2000), tender(5000, "check", check_number="1042"), guarantor=guarantor)
    refunded = refund(receipt, dana, cash=1500)
    disburse_escrow(receipt_number=receipt.pk, cents=500, reason="Meant for the lab", today=today(), by=dana)

    told = api.get(f"/receipts/{receipt.pk}").json()

    facts = {
        name: told[name] for name in ("kind", "status", "channel", "account_number", "guarantor_name", "issued_by")
    }
    assert facts == {
        "kind": "payment", "status": "paid", "channel": "office", "account_number": guarantor.account_number,
        "guarantor_name": guarantor.name, "issued_by": "Dana Whitfield",
    }  # fmt: skip
    cents = [told[f"{name}_cents"] for name in ("amount", "applied", "refunded", "disbursed", "escrow")]
    assert cents == [7000, 3000, 1500, 500, 2000]
    assert [(one["method"], one["amount_cents"], one["check_number"]) for one in told["transactions"]] == [
        ("cash", 2000, ""),
        ("check", 5000, "1042"),
    ]
    assert told["postings"] == [{"service_id": line.service_id, "amount_cents": 3000, "batch": receipt.batch_id}]
    assert (told["currency"], told["received_on"], told["amounts_hidden"]) == ("usd", today().isoformat(), False)
    assert api.get(f"/receipts/{refunded.pk}").json()["refund_of"] == receipt.pk


def test_balances_are_those_of_the_desk_whatever_became_of_the_money(api, dana, pay):
    """A row is made in one statement of its own: it must not come to think otherwise than the desk does."""
    line = ServiceLineFactory(billed_cents=6000)
    applied = take(dana, tender(6000), guarantor=line.encounter.patient.guarantor)
    refund(applied, dana, cash=2500)  # takes back what was applied
    undone = refund(take(dana), dana, cash=1000)
    void_receipt(receipt_number=undone.pk, reason="Keyed twice", today=today(), by=dana)
    void_receipt(receipt_number=take(dana).pk, reason="Keyed twice", today=today(), by=dana)
    pay()

    for receipt in Receipt.objects.exclude(kind="refund").select_related("void"):
        row, balance = get_row(receipt.pk, by=api.account.user), get_receipt_balance(receipt)
        told = [row[f"{name}_cents"] for name in ("applied", "refunded", "disbursed", "escrow")]
        wanted = [balance.posted_cents, balance.refunded_cents, balance.disbursed_cents, balance.escrow_cents]
        assert told == wanted, receipt
        assert row["status"] == receipt.standing.value


def test_what_is_told_is_what_the_schema_says(api, dana, pay):
    """Rows are written without their fields being asked one by one; a field that is forgotten shows here."""
    void_receipt(receipt_number=take(dana).pk, reason="Keyed twice", today=today(), by=dana)
    pay()

    for told in api.get("/receipts").json()["items"]:
        row = get_row(told["number"], by=api.account.user)
        assert ReceiptShape(row).data == told


def test_receipts_are_found_by_what_is_known_of_them(api, dana, pay):
    cash, check = take(dana), take(dana, tender(700, "check", check_number="7"))
    voided = take(dana, tender(300))
    void_receipt(receipt_number=voided.pk, reason="Keyed twice", today=today(), by=dana)
    online = pay()
    back = refund(cash, dana, cash=100)
    day, later = online.received_on.isoformat(), (online.received_on + dt.timedelta(days=1)).isoformat()
    asked = {
        f"account_number={check.guarantor.account_number}": [check],
        f"batch={online.batch_id}": [online],
        "method=check": [check],
        "kind=refund": [back],
        "status=voided": [voided],
        "status=refunded": [back],
        f"refund_of={cash.pk}": [back],
        f"received_to={day}": [online],
        f"received_from={later}&kind=payment&method=cash": [voided, cash],
        "account_number=nobody": [],
    }

    found = {query: [one["number"] for one in api.get(f"/receipts?{query}").json()["items"]] for query in asked}

    assert found == {query: [receipt.pk for receipt in receipts] for query, receipts in asked.items()}


def test_what_changed_since_is_found_by_whatever_changed_it(api, dana):
    line = ServiceLineFactory(billed_cents=900_000)
    quiet, voided, refunded, escrow = [take(dana) for _ in range(4)]
    applied = take(dana, guarantor=line.encounter.patient.guarantor)
    moment = timezone.now() + dt.timedelta(hours=1)
    ReceiptVoid.objects.create(receipt=voided, reason="Keyed twice", voided_by=dana, voided_at=moment)
    facts = {"batch": quiet.batch, "amount_cents": 100, "disbursed_by": dana, "disbursed_at": moment}
    Disbursement.objects.create(receipt=escrow, reason="Meant for the lab", **facts)
    posted = applied.postings.values().get()
    Posting.objects.create(**{**posted, "id": None, "amount_cents": -1, "posted_at": moment})
    copied = {"kind": "refund", "amount_cents": -1, "refund_of": refunded, "issued_at": moment}
    back = Receipt.objects.create(**{**model_to_dict(refunded), **of_rows(refunded), **copied, "number": None})

    Transaction.objects.create(receipt=back, number="back-1", method="cash", amount_cents=-1, requested_cents=-1)

    changed = [one["number"] for one in api.get(f"/receipts?changed_since={moment:%FT%TZ}").json()["items"]]

    assert set(changed) == {voided.pk, refunded.pk, back.pk, escrow.pk, applied.pk}


def of_rows(receipt: Receipt) -> dict[str, object]:
    """What is a row of its own, which Django's dict of a model tells by its key."""
    return {name: getattr(receipt, name) for name in ("guarantor", "batch", "issued_by")}


def test_a_page_asks_the_same_few_questions_however_long_it_is(api, dana):
    for _ in range(6):
        take(dana, tender(2000), tender(5000, "check", check_number="1042"))
    api.get("/receipts")  # that the key was used is written down once a minute
    asked = []
    for limit in (2, 6):
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(f"/receipts?limit={limit}").json()["items"]) == limit
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 5


def test_pages_follow_each_other_newest_first(api, dana):
    numbers = [take(dana).pk for _ in range(5)]
    told, address = [], "/receipts?limit=2"
    while address:
        page = api.get(address.removeprefix("http://localhost:8000")).json()
        told += [one["number"] for one in page["items"]]
        address = page["next"]

    assert told == numbers[::-1]


def test_no_word_of_a_visit_is_told_but_in_the_itemized_receipt_and_there_by_scope_and_right(dana, practice):
    """Confidential or not: a posting is a Service ID and an amount."""
    line = ServiceLineFactory(billed_cents=3000, description="Xenotherapy")
    Encounter.objects.filter(pk=line.encounter_id).update(is_confidential=True)
    number = take(dana, tender(5000), guarantor=line.encounter.patient.guarantor).pk
    everything = caller(role=MANAGER, name="All scopes")
    without_scope = caller("receipts:read", role=MANAGER, name="No confidential scope")

    texts = {api: api.get(f"/receipts/{number}/itemized").content.decode() for api in (everything, without_scope)}

    assert "Xenotherapy" in texts[everything]
    assert "Xenotherapy" not in texts[without_scope]
    assert without_scope.get(f"/receipts/{number}/itemized").json()["other_services_cents"] == 3000
    assert "Xenotherapy" not in everything.get(f"/receipts/{number}").content.decode()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_a_mark_of_a_time_that_no_database_knows_is_none(practice, moment):
    mark = base64.urlsafe_b64encode(json.dumps(["2026-03-02", moment, 1]).encode()).decode().rstrip("=")

    assert caller("receipts:read").get(f"/receipts?after={mark}").status_code == 400
