"""Every count is kept and shown. One after the expected amounts were seen says why, or is another person's."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from batches.closing import ReferenceUnexplained, close_batch
from batches.counting import CountUnexplained, NeedsOtherHand, count_batch
from batches.models import BatchCount
from pops.core.practice.models import Practice
from receipts.documents.packet import packet_context
from tests.factories.desk import batch_of, clerk, close, count_out, reopen, take
from tests.factories.staff import DESK, member


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def batch(dana):
    batch = batch_of(dana)
    take(dana)
    return batch


def test_a_second_count_says_why(batch, dana):
    count_out(batch, dana, cash=4900)

    with pytest.raises(CountUnexplained):
        count_out(batch, dana, cash=5000)
    count_out(batch, dana, cash=5000, reason="A dollar stuck to another one")

    assert list(BatchCount.objects.order_by("pk").values_list("reason", flat=True)) == [
        "", "A dollar stuck to another one",
    ]  # fmt: skip


def test_or_another_person_counts_again_where_the_practice_wants_that(batch, dana):
    Practice.objects.update(recount=Practice.Recount.OTHER_HAND)
    count_out(batch, dana, cash=4900)

    with pytest.raises(NeedsOtherHand, match="Somebody else has to count"):
        count_out(batch, dana, cash=5000, reason="I know")
    count_out(batch, clerk("Ruth Castellano"), cash=5000)

    assert BatchCount.objects.count() == 2


def test_a_reopened_batch_is_counted_for_a_first_time_again(batch, dana):
    close(batch, dana, cash=5000)
    reopen(batch, dana)

    assert count_out(batch, dana, cash=5000).reason == ""


def test_the_database_keeps_it_so(batch, dana):
    count_out(batch, dana, cash=4900)

    with pytest.raises(DatabaseError, match="counted before by the same person"), transaction.atomic():
        BatchCount.objects.create(batch=batch, counted_by=dana)


def count_and_judge(batch, by, cents, *, pieces):
    """As at commit."""
    count_batch(batch_id=batch.pk, counted=cents, pieces=pieces, by=by, reason="Counted anew")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_bills_and_coins_are_kept_and_make_the_cash(batch, dana):
    cents = {"cash": 5000, "check": 0, "card": 0, "other": 0}
    made = count_batch(batch_id=batch.pk, counted=cents, pieces={2000: 2, 500: 2, 1: 0}, by=dana)

    assert made.pieces_words == "2 × $20.00, 2 × $5.00"
    with pytest.raises(DatabaseError, match="other cash than its bills and coins"), transaction.atomic():
        count_and_judge(batch, dana, cents, pieces={2000: 2})


def test_the_page_adds_up_what_is_counted_by_the_piece_and_asks_why_the_second_time(batch, dana, client_of):
    client = client_of(member(DESK, name="Sam Taylor"))
    address = reverse("backoffice:count", args=[batch.pk])
    rest = {"check": "0", "card": "0", "other": "0"}

    wrong = client.post(address, {"piece_2000": "2", "cash": "50.00", **rest})
    assert "The bills and coins make $40.00." in wrong.content.decode()
    client.post(address, {"piece_2000": "2", "piece_25": "1", **rest})
    assert BatchCount.objects.get().by_tender["cash"] == 4025
    again = client.post(address, {"cash": "50.00", **rest})
    assert again.status_code == 422
    assert "Why is it counted again?" in again.content.decode()
    client.post(address, {"cash": "50.00", "reason": "A ten lay under the tray", **rest})

    page = client.get(reverse("admin:batches_referencebatch_change", args=[batch.pk])).content.decode()
    for words in ("2 × $20.00, 1 × $0.25", "$40.25", "A ten lay under the tray", "Sam Taylor"):
        assert words in page
    close_page = reverse("backoffice:close_counted", args=[batch.pk, BatchCount.objects.latest("pk").pk])
    assert "Expected" in client.get(close_page).content.decode()


def test_the_packet_tells_of_each_count_and_of_a_reference_total_that_is_off(batch, dana, client_of):
    count_out(batch, dana, cash=4900)
    made = count_out(batch, dana, cash=5000, reason="Keyed wrong")
    facts = {"batch_id": batch.pk, "now": timezone.now(), "by": dana, "count_id": made.pk}

    with pytest.raises(ReferenceUnexplained):
        close_batch(**facts, reference_total_cents=5100)
    close_batch(**facts, reference_total_cents=5100, note="The list of the phone has a dollar more.")

    made = batch.closes.get()
    frame = {"close": made, "batch": batch, "practice": Practice.objects.get(), "heading": "Close packet"}
    html = render_to_string("receipts/pdf/packet.html", {**packet_context(made), **frame})
    for words in ("$49.00", "Counted again: Keyed wrong", "Reference total", "$51.00"):
        assert words in html
    flagged = client_of(dana).get(reverse("admin:batches_referencebatch_changelist")).content.decode()
    assert "reference off by -$1.00" in flagged
