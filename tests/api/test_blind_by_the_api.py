"""Blind count by the API: a program opens thirty receipts in a second, so none of them tells what is to be counted."""

import re

import pytest
from django.utils import timezone

from receipts.corrections.refund import refund_at_desk
from receipts.models import Receipt
from tests.factories.accounts import ServiceLineFactory
from tests.factories.api import caller
from tests.factories.desk import batch_of, count_out, take, tender, today
from tests.factories.staff import DESK, MANAGER, member

pytestmark = pytest.mark.django_db
READS = ("receipts:read", "batches:read", "changes:read")
# Sums of no two of them make another.
AMOUNTS = ("1013", "2029", "3042", "977", "2065")


@pytest.fixture
def batch(practice):
    """At the desk, still to be counted: two receipts, and a refund of an earlier one."""
    dana, earlier = member(DESK), member(MANAGER)
    old = batch_of(earlier, "Morning")
    paid = take(earlier, tender(9999))
    count_out(old, earlier, cash=9999)
    batch = batch_of(dana, "Afternoon")
    take(dana, tender(1013), guarantor=ServiceLineFactory(billed_cents=9000).encounter.patient.guarantor)
    take(dana, tender(2029))
    facts = {"reason": "Overpaid", "now": timezone.now(), "today": today(), "by": dana}
    refund_at_desk(receipt_number=paid.pk, amounts={"cash": 977}, **facts)
    return batch


def addresses(batch) -> list[str]:
    numbers = Receipt.objects.values_list("pk", flat=True)
    own = [f"/receipts/{number}{rest}" for number in numbers for rest in ("", "/itemized", "/pdf", "/refunds")]
    lists = ["/receipts", f"/receipts?batch={batch.pk}", "/batches", f"/batches/{batch.pk}"]
    return [*own, *lists, f"/batches/{batch.pk}/breakdown", "/changes"]


def told(api, batch) -> dict[str, list[str]]:
    texts = {address: api.get(address).content.decode() for address in addresses(batch)}
    return {
        address: found
        for address, text in texts.items()
        if (found := [amount for amount in AMOUNTS if re.search(rf"cents\w*\":-?{amount}\b", text)])
    }


def test_no_address_tells_a_clerks_system_an_amount_of_what_is_to_be_counted(batch):
    api = caller(*READS, role=DESK)

    assert told(api, batch) == {}
    row = api.get(f"/batches/{batch.pk}").json()
    assert (row["amounts_hidden"], row["total_cents"], row["receipt_count"]) == (True, None, 3)
    assert api.get(f"/receipts?batch={batch.pk}").json()["items"][0]["amounts_hidden"] is True


def test_once_it_was_counted_all_is_told(batch):
    api = caller(*READS, role=DESK)
    count_out(batch, batch.user, cash=2065)

    assert {amount for found in told(api, batch).values() for amount in found} == set(AMOUNTS)


def test_a_managers_system_sees_the_amounts(batch):
    assert f"/receipts?batch={batch.pk}" in told(caller(*READS, role=MANAGER), batch)


def test_what_a_system_took_itself_it_knows(practice):
    api = caller(*READS, role=DESK)
    batch_of(api.account.user, "Mail")
    receipt = take(api.account.user, tender(1013))

    assert api.get(f"/receipts/{receipt.pk}").json()["amount_cents"] == 1013
    assert api.get(f"/receipts/{receipt.pk}/itemized").status_code == 200
    assert api.get("/batches").json()["items"][0]["total_cents"] is None
