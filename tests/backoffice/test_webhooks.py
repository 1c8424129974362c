"""Administrators decide which programs are told of changes, see what each answered, and send by hand."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.subscribers.models import Delivery, Endpoint, EndpointSecret
from tests.factories.staff import ADMIN, DESK, MANAGER, member

SECRET = re.compile(r"whsec_[\w+/=]+")


@pytest.fixture
def ada(practice, client_of):
    return client_of(member(ADMIN, name="Ada Quist"))


def press(client, page, *args, **fields):
    """Open a page and send its form."""
    page = reverse(f"backoffice:{page}", args=args)
    assert client.get(page).status_code == 200
    return client.post(page, fields, follow=True)


@pytest.fixture
def endpoint(ada, receiver):
    press(ada, "make_endpoint", name="Ledger", url=receiver.url, events=["receipt.created", "batch.closed"])
    return Endpoint.objects.get()


def test_its_secret_is_shown_once(ada, receiver):
    answer = press(ada, "make_endpoint", name="Ledger", url=receiver.url, events=["receipt.created"])
    endpoint = Endpoint.objects.get()

    assert SECRET.findall(answer.content.decode()) == [EndpointSecret.objects.get().secret]
    page = ada.get(reverse("admin:subscribers_endpoint_change", args=[endpoint.pk])).content.decode()
    assert "Receipt issued" in page
    assert not SECRET.search(page)

    again = press(ada, "rotate_secret", endpoint.pk)
    assert SECRET.findall(again.content.decode()) == [EndpointSecret.objects.get(ends_at=None).secret]
    assert EndpointSecret.objects.count() == 2


def test_an_address_inside_is_refused_beside_its_field(ada):
    answer = ada.post(
        reverse("backoffice:make_endpoint"),
        {"name": "Ledger", "url": "https://169.254.169.254/latest/", "events": ["receipt.created"]},
    )

    assert answer.status_code == 422
    assert "where POPS calls nobody" in answer.context["form"].errors["url"][0]
    assert not Endpoint.objects.exists()


def test_a_test_its_answer_and_sending_again(ada, endpoint, receiver, pay):
    press(ada, "test_endpoint", endpoint.pk)
    deliver_due(lane=Message.Lane.HOOKS, channel=Message.Channel.HTTP, seconds=5)
    test = Delivery.objects.get()

    page, of_endpoint = _page_of(ada, test), reverse("admin:subscribers_endpoint_change", args=[endpoint.pk])
    told = ada.get(of_endpoint).content.decode()
    assert "Taken (200)" in told
    assert f'<td data-label="About">by {test.asked_by}</td>' in told, "on a phone a row is a card of what it has"
    assert "This was a test. Send another one." in page
    assert ">Why:<" not in page, "it needs no reason"
    assert [got.headers["webhook-id"] for got in receiver.got] == [f"test_{test.pk}"]


def test_what_is_not_taken_says_how_much_waits_and_until_when(ada, endpoint, receiver):
    receiver.answer = lambda got: 503
    press(ada, "test_endpoint", endpoint.pk)
    deliver_due(lane=Message.Lane.HOOKS, channel=Message.Channel.HTTP, seconds=5)

    page = ada.get(reverse("admin:subscribers_endpoint_change", args=[endpoint.pk])).content.decode()
    assert "Takes nothing since" in page
    assert "1 event, next tried" in page
    assert ">Tried next:<" in _page_of(ada, Delivery.objects.get())
    receiver.answer = lambda got: 200
    Message.objects.update(due_at=timezone.now())
    deliver_due(lane=Message.Lane.HOOKS, channel=Message.Channel.HTTP, seconds=5)
    assert ">Tried next:<" not in _page_of(ada, Delivery.objects.get())


def _page_of(client, delivery):
    return client.get(reverse("admin:subscribers_delivery_change", args=[delivery.pk])).content.decode()


def test_off_on_and_removed(ada, endpoint):
    press(ada, "switch_endpoint_off", endpoint.pk, reason="It is moved")
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.why_off) == (False, "It is moved")
    assert "switched off" in ada.get(reverse("backoffice:test_endpoint", args=[endpoint.pk])).content.decode()

    press(ada, "switch_endpoint_on", endpoint.pk)
    press(ada, "change_endpoint", endpoint.pk, name="Books", url=endpoint.url, events=["batch.opened"])
    press(ada, "remove_endpoint", endpoint.pk)

    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.name, endpoint.events) == (True, "Books", ["batch.opened"])
    assert endpoint.ended_at
    assert "was removed" in ada.get(reverse("backoffice:change_endpoint", args=[endpoint.pk])).content.decode()
    kept = Endpoint.pgh_event_model.objects.filter(pgh_obj=endpoint).order_by("pgh_id")
    told = [event.pgh_context.metadata["reason"] for event in kept]
    assert told == ["Made", "It is moved", "Switched on", "Changed", "Removed"]


@pytest.mark.parametrize("role", [DESK, MANAGER])
def test_nobody_else_sees_or_does_it(role, client_of, endpoint):
    client = client_of(member(role))

    for page in (
        reverse("admin:subscribers_endpoint_changelist"),
        reverse("admin:subscribers_delivery_changelist"),
        reverse("backoffice:make_endpoint"),
        reverse("backoffice:rotate_secret", args=[endpoint.pk]),
    ):
        assert client.get(page).status_code == 403
