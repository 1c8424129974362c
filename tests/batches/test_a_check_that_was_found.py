"""A batch of an earlier open day is attached by right, with a reason: for a check that was found."""

import datetime as dt

import pytest
from django.urls import reverse

from batches.models import LateAttachment, ReferenceBatch
from batches.working import NoAttachedBatch, attach_earlier_batch
from pops.core.refusals import Refused
from receipts.models import Receipt
from tests.books import assert_books_balance
from tests.factories.desk import batch_of, clerk, close, take, today
from tests.factories.staff import DESK, MANAGER, member


@pytest.fixture
def ruth(practice):
    return clerk("Ruth Adams")


@pytest.fixture
def yesterdays(ruth):
    return ReferenceBatch.objects.create(description="Front desk", user=ruth, batch_date=today() - dt.timedelta(days=1))


def work_in(batch, by, reason="A check lay under the printer."):
    return attach_earlier_batch(batch_id=batch.pk, reason=reason, today=today(), by=by)


def test_what_is_taken_counts_for_that_day(yesterdays, ruth, guarantor, client_of):
    client = client_of(ruth)
    page = reverse("backoffice:attach_earlier", args=[yesterdays.pk])
    batch_page = reverse("admin:batches_referencebatch_change", args=[yesterdays.pk])
    assert page in client.get(batch_page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 422

    assert client.post(page, {"reason": "A check lay under the printer."}).url == reverse("backoffice:find")

    take_page = reverse("backoffice:take", args=[guarantor.pk])
    assert "what you take counts for that day" in " ".join(client.get(take_page).content.decode().split())
    form = {"channel": "office", "check_1": "50.00", "check_1_number": "1042", "apply": "oldest"}
    answer = client.post(take_page, form)
    assert answer.status_code == 302, answer.context["form"].errors
    receipt = Receipt.objects.get()
    assert (receipt.batch, receipt.received_on) == (yesterdays, yesterdays.batch_date)
    assert_books_balance()
    shown = client.get(batch_page).content.decode()
    assert "A check lay under the printer." in shown


def test_voids_and_refunds_need_a_batch_of_today(yesterdays, ruth):
    work_in(yesterdays, ruth)

    with pytest.raises(NoAttachedBatch):
        take(ruth)  # as today's


def test_only_an_open_batch_of_people_and_of_an_earlier_day(yesterdays, ruth, open_batch):
    with pytest.raises(Refused, match="Say why"):
        work_in(yesterdays, ruth, reason=" ")
    with pytest.raises(Refused, match="no batch of an earlier day"):
        work_in(batch_of(ruth), ruth)
    with pytest.raises(Refused, match="by themselves"):
        work_in(open_batch, ruth)
    work_in(yesterdays, ruth)
    close(yesterdays, ruth)
    with pytest.raises(Refused, match="closed"):
        work_in(yesterdays, ruth)
    assert LateAttachment.objects.count() == 1


def test_the_front_desk_has_no_such_button(yesterdays, client_of):
    page = reverse("backoffice:attach_earlier", args=[yesterdays.pk])
    batch_page = reverse("admin:batches_referencebatch_change", args=[yesterdays.pk])

    assert page not in client_of(member(DESK)).get(batch_page).content.decode()
    assert client_of(member(DESK)).get(page).status_code == 403
    assert client_of(member(MANAGER)).get(page).status_code == 200
