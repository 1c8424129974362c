"""An account is merged between reading whose money it is and holding it: told in words, nothing written."""

import importlib

import pytest
from django.urls import reverse

from pops.core.accounts.merging import merge_guarantors
from pops.core.locks import hold, hold_each
from pops.web.backoffice.desk.action import MERGED
from receipts.models import Disbursement, Posting, Receipt, ReceiptVoid
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import take, tender


@pytest.fixture
def receipt(dana, guarantor):
    """$50.00 in cash: $30.00 applied to one of two services, $20.00 in escrow."""
    line, _ = ServiceLineFactory.create_batch(2, guarantor=guarantor, billed_cents=3000)
    return take(dana, tender(5000), guarantor=guarantor, parts={line.pk: 3000})


def merge_before_holding(monkeypatch, service, receipt, by, *, hold=hold):
    """Have the service's own hold() wait for a merge, as it does where the merge holds the accounts first."""
    into = GuarantorFactory()

    def late(**wanted):
        merge_guarantors(merged_id=receipt.guarantor_id, into_id=into.pk, reason="The same person", by=by)
        return hold(**wanted)

    monkeypatch.setattr(importlib.import_module(f"receipts.corrections.{service}"), hold.__name__, late)


def written():
    return [model.objects.count() for model in (Receipt, Posting, Disbursement, ReceiptVoid)]


@pytest.mark.parametrize(
    ("page", "service", "form"),
    [
        ("void", "void", {}),
        ("refund", "refund", {"cash": "50.00"}),
        ("take_back", "take_back", {"line": "30.00"}),
        ("post_escrow", "escrow", {"apply": "oldest"}),
        ("disburse", "escrow", {"cents": "20.00"}),
    ],
)
def test_the_desk_is_told_and_nothing_is_written(page, service, form, receipt, dana, client_of, monkeypatch):
    client, address = client_of(dana), reverse(f"backoffice:{page}", args=[receipt.pk])
    shown = client.get(address).context["form"]
    before = written()
    merge_before_holding(monkeypatch, service, receipt, dana)
    form = {f"line_{receipt.postings.get().line_id}" if name == "line" else name: form[name] for name in form}

    answer = client.post(address, {**form, "reason": "Keyed twice", "form_id": shown["form_id"].value()})

    assert answer.status_code == 422
    assert MERGED.words in answer.content.decode()
    assert written() == before


def test_who_enters_a_return_is_told_too(dana, guarantor, client_of, monkeypatch):
    receipt = take(dana, tender(5000, "check", check_number="1042"), guarantor=guarantor)
    client, address = client_of(dana), reverse("backoffice:return_money", args=[receipt.pk])
    shown, before = client.get(address).context["form"], written()
    merge_before_holding(monkeypatch, "returned", receipt, dana, hold=hold_each)
    form = {"transaction": receipt.transactions.get().pk, "reason": "funds", "learned_on": receipt.received_on}

    answer = client.post(address, {**form, "form_id": shown["form_id"].value()})

    assert MERGED.words in answer.content.decode()
    assert written() == before
