"""Blind count: who may have to count sees numbers of receipts and no amount of the batch on any page; managers do."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from batches.blind import hidden_batches
from pops.core.practice.models import Practice
from pops.web.backoffice.urls import urlpatterns
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, close, count_out, reopen, take, tender, today
from tests.factories.staff import ADMIN, DESK, MANAGER, member

# Sums of no two of them, nor with a part of one, make another.
CENTS = [(1013, "cash"), (2029, "check"), (4057, "card"), (8111, "other")]
TOTAL, VOIDED, ESCROW = "152.10", "323.23", "142.07"
AMOUNTS = ["10.13", "20.29", "40.57", "81.11"]
# Pages about one receipt say what it is over: they are what the patient at the desk asks about. "take" says what this
# guarantor paid minutes ago.
OF_ONE_RECEIPT = {"take", "print", "void", "refund", "return_money", "post_escrow", "take_back", "disburse", "move"}


@pytest.fixture
def dana(practice):
    """Front desk, with four receipts and a voided one in an open batch."""
    dana = member(DESK)
    batch_of(dana, "Front desk, morning")
    line = ServiceLineFactory(billed_cents=1003)
    take(dana, tender(1013), guarantor=line.encounter.patient.guarantor)
    for cents, method in CENTS[1:]:
        take(dana, tender(cents, method))
    void_receipt(receipt_number=take(dana, tender(32323)).pk, reason="Keyed twice", today=today(), by=dana)
    return dana


@pytest.fixture
def batch(dana):
    return dana.attachment.batch


def pages(batch, receipt: Receipt) -> list[str]:
    """Each list, each object's page that tells of the batch, and each page of the desk that isn't of one receipt."""
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    lists = [reverse(f"admin:{name}_changelist") for name in names]
    arguments = {
        "batch_id": batch.pk, "number": receipt.pk, "guarantor_id": receipt.guarantor_id,
        "patient_id": receipt.guarantor.patients.first().pk,
    }  # fmt: skip
    desk = [
        reverse(f"backoffice:{one.name}", kwargs={name: arguments[name] for name in one.pattern.converters})
        for one in urlpatterns
        if one.name not in OF_ONE_RECEIPT and set(one.pattern.converters) <= set(arguments)
    ]
    receipts = reverse("admin:receipts_receipt_changelist")
    more = [f"{receipts}?batch__id__exact={batch.pk}{more}" for more in ("", "&shown=escrow", "&shown=voided", "&q=1")]
    own = [
        reverse("admin:batches_referencebatch_change", args=[batch.pk]),
        reverse("admin:batches_referencebatch_history", args=[batch.pk]),
        reverse("admin:accounts_guarantor_change", args=[receipt.guarantor_id]),
    ]
    return [reverse("admin:index"), *lists, *more, *own, *desk]


def amounts_on(client: Client, address: str, amounts: list[str]) -> list[str]:
    answer = client.get(address)
    assert answer.status_code < 500, address
    text = b"".join(answer).decode(errors="replace") if answer.status_code == 200 else ""
    return [amount for amount in amounts if re.search(rf"\b{re.escape(amount)}\b", text)]


def test_no_page_tells_the_front_desk_an_amount_of_what_is_to_be_counted(dana, batch, client_of):
    client = client_of(dana)
    receipt = batch.receipts.order_by("pk").first()

    found = {page: amounts_on(client, page, [TOTAL, VOIDED, ESCROW, *AMOUNTS]) for page in pages(batch, receipt)}

    assert {page: amounts for page, amounts in found.items() if amounts} == {}
    assert "4 receipts" in client.get("/admin/").content.decode()
    assert "4 receipts" in client.get(reverse("backoffice:my_batch")).content.decode()


def test_somebody_else_of_the_desk_is_told_no_more(dana, batch, client_of):
    client = client_of(member(DESK))

    found = {page: amounts_on(client, page, [TOTAL]) for page in pages(batch, batch.receipts.order_by("pk").first())}

    assert {page: amounts for page, amounts in found.items() if amounts} == {}


def test_a_receipt_says_its_own_amount_on_its_own_page_and_on_paper(dana, batch, client_of):
    client = client_of(dana)
    receipt = batch.receipts.get(amount_cents=1013)

    own = {"admin:receipts_receipt_change": receipt.pk, "backoffice:print": receipt.pk, "backoffice:void": receipt.pk}
    for name, key in {**own, "backoffice:take": receipt.guarantor_id}.items():
        assert amounts_on(client, reverse(name, args=[key]), [TOTAL, *AMOUNTS]) == ["10.13"], name


@pytest.mark.parametrize("role", [MANAGER, ADMIN])
def test_managers_see_the_amounts(role, dana, batch, client_of):
    client = client_of(member(role))
    address = reverse("admin:batches_referencebatch_change", args=[batch.pk])

    assert amounts_on(client, address, [TOTAL, VOIDED]) == [TOTAL, VOIDED]
    assert amounts_on(client, reverse("admin:batches_referencebatch_changelist"), [TOTAL]) == [TOTAL]
    assert amounts_on(client, reverse("admin:receipts_receipt_changelist"), AMOUNTS) == AMOUNTS


def test_it_is_shown_once_it_was_counted_and_where_the_practice_does_not_count_blind(dana, batch, client_of):
    client = client_of(dana)
    address = reverse("admin:batches_referencebatch_change", args=[batch.pk])
    Practice.objects.update(blind_count=False)
    assert amounts_on(client, address, [TOTAL]) == [TOTAL]
    Practice.objects.update(blind_count=True)
    assert amounts_on(client, address, [TOTAL]) == []

    count_out(batch, dana, cash=1013)

    assert amounts_on(client, address, [TOTAL]) == [TOTAL]


def test_closed_and_online_batches_are_never_hidden(dana, batch, open_batch):
    assert set(hidden_batches(dana)) == {batch}
    close(batch, dana, note="Not counted with care", cash=1)
    assert set(hidden_batches(dana)) == set()
    reopen(batch, member(MANAGER))
    assert set(hidden_batches(dana)) == set()
