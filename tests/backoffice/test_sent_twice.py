"""A form of the desk that is sent twice - a double click, a reload - does its work once."""

import functools
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from batches.counting import count_batch
from batches.models import BatchClose, BatchCount, ReferenceBatch
from batches.selectors import find_attached_batch
from pops.core.methods import Tender
from receipts.models import Disbursement, Posting, Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, take
from tests.factories.staff import MANAGER, member

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 4


@pytest.fixture
def ruth(practice):
    user = member(MANAGER)
    batch_of(user)
    return user


@pytest.fixture
def clients(ruth, client_of):
    """Windows of one person."""
    return [client_of(ruth) for _ in range(WIDTH)]


def send(clients: list[Client], address: str, form: dict[str, str]) -> None:
    """All windows send the same form at once, then one sends it again. Each is led to the same page."""
    form = {**form, "form_id": str(uuid.uuid4())}
    answers = run_together([functools.partial(client.post, address, form) for client in clients], width=WIDTH)
    answers.append(clients[0].post(address, form))
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, answers[0].url)}
    page = clients[0].get(answers[-1].url).content.decode()
    assert "This form was sent twice. It was done once." in page


def test_a_second_payment_with_its_reason(clients, ruth):
    guarantor = GuarantorFactory()
    take(ruth, guarantor=guarantor)
    form = {"channel": "office", "apply": "oldest", "cash": "11.00", "second_reason": "For her son"}

    send(clients, reverse("backoffice:take", args=[guarantor.pk]), form)

    assert Receipt.objects.filter(amount_cents=1100).count() == 1


def test_a_refund_at_the_desk(clients, ruth):
    receipt = take(ruth)

    send(clients, reverse("backoffice:refund", args=[receipt.pk]), {"cash": "10.00", "reason": "Overpaid"})

    assert Receipt.objects.filter(kind="refund").count() == 1


def test_disbursing_and_applying_escrow(clients, ruth):
    guarantor = GuarantorFactory()
    receipt = take(ruth, guarantor=guarantor)
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=4000)

    send(clients, reverse("backoffice:disburse", args=[receipt.pk]), {"cents": "5.00", "reason": "Not ours"})
    send(
        clients,
        reverse("backoffice:post_escrow", args=[receipt.pk]),
        {"apply": "chosen", f"line_{line.pk}": "7.00"},
    )

    assert Disbursement.objects.get().amount_cents == 500
    assert Posting.objects.get().amount_cents == 700


def test_opening_a_batch(clients):
    send(clients, reverse("backoffice:my_batch"), {"description": "Mail of Monday"})

    assert ReferenceBatch.objects.filter(description="Mail of Monday").count() == 1


def test_counting_and_closing_a_batch(clients, ruth):
    batch = find_attached_batch(ruth)
    take(ruth)

    counted = {"cash": "50.00", "check": "0", "card": "0", "other": "0"}
    send(clients, reverse("backoffice:count", args=[batch.pk]), counted)
    count = BatchCount.objects.get()

    close = reverse("backoffice:close_counted", args=[batch.pk, count.pk])
    form = clients[0].get(close).context["form"]
    send(clients, close, {f"seen_{name}": form[f"seen_{name}"].value() for name in form.names})

    assert BatchClose.objects.get().total_cents == 5000


def test_a_button(clients, ruth):
    batch = find_attached_batch(ruth)
    count = count_batch(batch_id=batch.pk, counted=dict.fromkeys(Tender.values, 0), by=ruth)
    close_batch(batch_id=batch.pk, now=timezone.now(), by=ruth, count_id=count.pk)

    send(clients, reverse("backoffice:archive", args=[batch.pk]), {})

    batch.refresh_from_db()
    assert batch.status == ReferenceBatch.Status.ARCHIVED


def test_a_button_whose_id_is_no_id_is_refused_in_words(clients, ruth):
    answer = clients[0].post(reverse("backoffice:detach"), {"form_id": "\0" * 36}, follow=True)

    assert "Nothing was done; press it again." in answer.content.decode()
    assert find_attached_batch(ruth)


def test_a_form_that_was_refused_can_be_sent_again(clients, ruth):
    receipt = take(ruth)
    address, form_id = reverse("backoffice:refund", args=[receipt.pk]), str(uuid.uuid4())

    assert clients[0].post(address, {"cash": "99.00", "reason": "Overpaid", "form_id": form_id}).status_code == 422
    assert clients[0].post(address, {"cash": "9.00", "reason": "Overpaid", "form_id": form_id}).status_code == 302

    assert Receipt.objects.get(kind="refund").amount_cents == -900


def test_each_page_draws_an_id_of_its_own(clients, ruth):
    receipt = take(ruth)
    for name, key in (("take", receipt.guarantor_id), ("refund", receipt.pk), ("post_escrow", receipt.pk)):
        address = reverse(f"backoffice:{name}", args=[key])
        ids = {clients[0].get(address).context["form"]["form_id"].value() for _ in range(2)}
        assert len(ids) == 2
        assert 'name="form_id"' in clients[0].get(address).content.decode()
