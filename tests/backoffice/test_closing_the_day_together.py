"""Closing the day while others work: a double click, a payment that comes, a drawer that somebody else counts."""

import functools
import uuid

import pytest
from django.urls import reverse

from batches.models import BatchCount, Deposit, ReferenceBatch
from tests.concurrency import run_together
from tests.factories.desk import batch_of, count_out, take, today
from tests.factories.staff import MANAGER, member

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "backoffice:close_day"


@pytest.fixture
def ruth(practice):
    return member(MANAGER, name="Ruth Okafor")


@pytest.fixture
def drawer(ruth):
    """A drawer with $50.00 in cash."""
    batch = batch_of(ruth)
    take(ruth)
    return batch


def sent(client) -> dict[str, str]:
    """The form of the day as its page shows it, every batch ticked."""
    shown = client.get(reverse(PAGE)).context["closing"]
    form = {"form_id": str(uuid.uuid4()), "makes_deposit": "on", "bank": "First Lakeside", "deposited_on": f"{today()}"}
    for row in shown.rows:
        form |= {row.form.add_prefix(name): row.form[name].value() for name in row.form.fields if name[:4] == "seen"}
        form[row.form.add_prefix("is_closed")] = "on"
    return form


def test_a_double_click_leads_to_the_papers_too(ruth, drawer, client_of):
    count_out(drawer, ruth, cash=5000)
    clients = [client_of(ruth) for _ in range(4)]
    form = sent(clients[0])

    answers = run_together([functools.partial(client.post, reverse(PAGE), form) for client in clients], width=4)

    assert {answer.url for answer in answers} == {
        f"{reverse('backoffice:papers')}?batch={drawer.pk}&deposit={Deposit.objects.get().pk}"
    }


def test_a_payment_that_comes_meanwhile_keeps_nothing_from_closing(ruth, drawer, client_of, pay):
    count_out(drawer, ruth, cash=5000)
    client = client_of(ruth)
    form = sent(client)
    online = pay(cents=1900).batch

    answer = client.post(reverse(PAGE), form, follow=True)

    assert set(ReferenceBatch.objects.values_list("pk", "status")) == {(drawer.pk, "closed"), (online.pk, "open")}
    assert f"{online.title} came while you looked, and stays open." in answer.content.decode()


def test_who_counts_a_drawer_that_was_counted_meanwhile_is_told(ruth, drawer, client_of):
    client = client_of(ruth)
    client.get(reverse(PAGE))
    count_out(drawer, member(MANAGER, name="Sam Ito"), cash=5000)
    counted = {f"b{drawer.pk}-{name}": cents for name, cents in {"cash": "49.00", "check": "0", "card": "0"}.items()}

    answer = client.post(reverse("backoffice:count_day"), {**counted, f"b{drawer.pk}-other": "0"})

    assert "Somebody counted or closed one of these drawers meanwhile." in answer.content.decode()
    assert BatchCount.objects.count() == 1
