"""A batch that only gives money back: counted with a minus, even, and said in words on paper."""

import csv
import io

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from batches.breakdown import get_breakdown
from batches.models import BatchClose, BatchDocument
from batches.reconcile import closed_lines
from batches.working import attach_batch
from pops.core.methods import Tender
from pops.core.practice.selectors import get_practice
from receipts.corrections.refund import refund_at_desk
from receipts.documents.packet import get_slip
from receipts.tasks import make_missing
from tests.factories.desk import batch_of, clerk, close, take, tender, today
from tests.factories.staff import MANAGER, member

CARD = {"card_brand": "visa", "card_last4": "4242"}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def afternoon(practice):
    """The morning took $50.00 by each method and was closed; the afternoon only gives back."""
    dana = clerk()
    morning = batch_of(dana, "Morning")
    methods = {"cash": {}, "card": CARD, "other": {}}
    receipts = {method: take(dana, tender(5000, method, **more)) for method, more in methods.items()}
    close(morning, dana, cash=5000, card=5000, other=5000)
    batch = batch_of(dana, "Afternoon")

    def afternoon(*given_back):
        facts = {"reason": "Overpaid", "now": timezone.now(), "today": today(), "by": dana}
        for method in given_back:
            refund_at_desk(receipt_number=receipts[method].pk, amounts={method: 5000}, **facts)
        return batch

    return afternoon


def count(client, batch, **typed):
    address = reverse("backoffice:count", args=[batch.pk])
    return client.post(address, {**dict.fromkeys(Tender.values, "0"), **typed}, follow=True)


@pytest.mark.parametrize("method", ["cash", "card", "other"])
def test_minus_fifty_is_counted_and_even(client_of, afternoon, method):
    client, batch = client_of(member(MANAGER)), afternoon(method)

    answer = count(client, batch, **{method: "-50.00"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "more was given back than came in" in page
    assert "-$50.00" in page
    assert "The count differs" not in page
    seen = {name: field.initial for name, field in answer.context["form"].fields.items() if name.startswith("seen_")}
    client.post(answer.request["PATH_INFO"], {**seen, "note": ""})
    made = BatchClose.objects.get(batch=batch)
    assert (made.total_cents, made.over_short_cents, made.count.by_tender[method]) == (-5000, 0, -5000)


def test_zero_is_over_by_fifty_and_asks_why(client_of, afternoon):
    page = count(client_of(member(MANAGER)), afternoon("cash")).content.decode()

    assert "The count differs" in page


def test_checks_may_be_below_zero_too(client_of, afternoon):
    page = count(client_of(member(MANAGER)), afternoon(), check="-10.00").content.decode()

    assert "-$10.00" in page


def test_a_reference_total_below_zero_is_kept_and_matches(client_of, afternoon):
    ruth = member(MANAGER)
    client, batch = client_of(ruth), afternoon("cash")
    attach_batch(batch_id=batch.pk, today=today(), by=ruth)
    data = {"description": "Afternoon", "reference_total_cents": "-50.00"}

    client.post(reverse("backoffice:change_batch", args=[batch.pk]), data)

    batch.refresh_from_db()
    assert batch.reference_total_cents == -5000
    assert "The reference total of this batch is" not in count(client, batch, cash="-50.00").content.decode()


def test_slip_and_packet_say_it_in_words(afternoon):
    batch = afternoon("cash")
    close(batch, clerk("Ruth"), cash=-5000)
    made = batch.closes.get()

    make_missing()

    frame = {
        "close": made,
        "batch": batch,
        "practice": get_practice(),
        "slip": get_slip(made),
        "lines": closed_lines(made),
        "breakdown": get_breakdown(batch),
    }
    slip, packet = (render_to_string(f"receipts/pdf/{name}.html", frame) for name in ("slip", "packet"))
    assert "Cash taken from the drawer: more was given back than came in" in slip
    assert "Nothing to deposit: more was given back than came in" in slip
    assert "Cash: more was given back than came in" in packet
    assert "its money is below zero" in packet
    document = BatchDocument.objects.get(close=made, kind="slip_csv")
    rows = list(csv.reader(io.StringIO(document.file.read().decode("utf-8-sig"))))
    assert rows[1] == ["Cash taken from the drawer: more was given back than came in", "", "", "-50.00"]
    assert rows[-1] == ["Nothing to deposit: more was given back than came in", "", "", "-50.00"]
