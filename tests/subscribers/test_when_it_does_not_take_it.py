"""A program that is away, slow, answers nonsense or sends elsewhere: it is told later, in order, under the same id."""

import json
import threading

import pytest
from django.db.models import Max

from notifications.claims import claim_due
from notifications.delivery import deliver_due
from notifications.models import Message
from pops.subscribers.endpoints import make_endpoint
from pops.subscribers.models import Delivery, DeliveryAnswer, Endpoint
from pops.subscribers.sending import send_again, send_test
from receipts.corrections.void import void_receipt
from tests.factories.desk import take, tender, today
from tests.subscribers.receiver import DRIP, RUBBISH, Receiver

pytestmark = pytest.mark.django_db(transaction=True)

HOOKS = {"lane": Message.Lane.HOOKS, "channel": Message.Channel.HTTP}


def types(receiver):
    return [json.loads(got.body)["type"] for got in receiver.got]


def states():
    return sorted(Message.objects.filter(lane="hooks").values_list("state", flat=True))


def test_one_that_was_away_for_a_day_is_told_all_of_it_once(pay, endpoint, receiver, tell, later):
    receiver.answer = lambda got: 503
    receipts = [pay().pk for _ in range(4)]
    for hours in (0, 0.1, 1, 6, 6, 6, 6):
        later(hours=hours)
        tell()
    tries = len(receiver.got)
    assert tries <= 5 + 6  # paused as a whole, and asked once after each pause
    assert Endpoint.objects.get().failures == tries
    receiver.got.clear()
    receiver.answer = lambda got: 200

    for minutes in (60, 1):  # those that were being put off when one was taken follow half a minute later
        later(minutes=minutes)
        tell()

    assert sorted(types(receiver)) == ["batch.opened", *["receipt.created"] * 4]
    told = [json.loads(got.body)["data"].get("receipt") for got in receiver.got]
    assert sorted(one for one in told if one) == receipts
    assert len(set(receiver.ids)) == 5
    assert states() == ["sent"] * 5
    assert Endpoint.objects.get().failures == 0


def test_after_three_days_it_is_given_up_and_can_be_sent_again(pay, endpoint, receiver, tell, later, admin):
    receiver.answer = lambda got: (500, b"no\x00 room")
    pay()
    tell()
    later(days=3)
    tell()
    tell()

    assert states() == ["failed", "failed"]
    failed = Delivery.objects.order_by("pk").last()
    assert failed.message.error == "Given up after three days. It answered with status 500."
    assert DeliveryAnswer.objects.filter(delivery=failed).last().words == "no\N{REPLACEMENT CHARACTER} room"
    receiver.answer = lambda got: 200
    again = send_again(delivery_id=failed.pk, by=admin)
    tell()
    assert receiver.ids[-1] == failed.event_id
    assert (again.message.lane, Message.objects.get(pk=again.message_id).state) == ("hooks", "sent")
    assert again.asked_by == admin


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (302, "It answered with a redirect (302), which POPS doesn't follow."),
        (RUBBISH, "What it answered is not HTTP."),
        (DRIP, "It did not answer within 0.3 seconds."),
        (404, "It answered with status 404."),
    ],
)
def test_what_does_not_count_as_taken(pay, endpoint, receiver, tell, settings, answer, words):
    settings.WEBHOOK_SECONDS = 0.3 if answer == DRIP else 60
    receiver.answer = lambda got: answer
    pay()

    tell()

    assert {one.fault for one in DeliveryAnswer.objects.all()} == {words}
    assert states() == ["queued", "queued"]
    assert len(receiver.got) == 2


def test_whatever_it_says_with_200_counts_as_taken(pay, endpoint, receiver, tell):
    receiver.answer = lambda got: (200, b"\xff\xfe<html>\x00" + b"x" * 5000)
    pay()

    tell()

    assert states() == ["sent", "sent"]
    assert len(DeliveryAnswer.objects.first().words) == 500


def test_one_that_is_gone_for_good_is_switched_off(pay, endpoint, receiver, tell, settings):
    settings.HOOK_CONNECTIONS = 1
    receiver.answer = lambda got: 410
    pay()

    tell()

    assert states() == ["failed", "not_wanted"]
    assert (Endpoint.objects.get().is_on, len(receiver.got)) == (False, 1)


def test_of_one_receipt_nothing_overtakes_and_others_pass(dana, endpoint, receiver, tell):
    first, second = take(dana, tender(1000)), take(dana, tender(2000))
    void_receipt(receipt_number=first.pk, reason="Mistake", today=today(), by=dana)
    receiver.answer = lambda got: 500 if json.loads(got.body)["data"].get("receipt") == first.pk else 200

    tell()

    told = [(one["type"], one["data"].get("receipt")) for one in (json.loads(got.body) for got in receiver.got)]
    assert ("receipt.created", second.pk) in told
    assert ("receipt.voided", first.pk) not in told  # it waits for the one before
    receiver.answer = lambda got: 200
    Message.objects.filter(state="queued").update(due_at=Message.objects.aggregate(one=Max("queued_at"))["one"])
    tell()
    assert types(receiver)[-2:] == ["receipt.created", "receipt.voided"]


def test_a_worker_that_died_before_it_noted_the_answer(pay, endpoint, receiver, tell, later):
    pay()
    receiver.answer = lambda got: 503
    tell()
    later(minutes=1)
    claim = claim_due(**HOOKS)  # and it was posted, perhaps; the worker is gone
    assert claim
    before = list(receiver.ids)
    receiver.answer = lambda got: 200

    later(minutes=2)
    tell()

    assert sorted(receiver.ids[len(before) :]) == sorted(before)
    assert states() == ["sent", "sent"]


def test_one_that_is_slow_leaves_connections_to_the_others(pay, endpoint, receiver, admin, tell, settings):
    settings.HOOK_CONNECTIONS, settings.WEBHOOK_SECONDS = 2, 60
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8", "::1/128"]
    others_are_told = threading.Event()
    receiver.answer = lambda got: 200 if others_are_told.wait(30) else 503
    with Receiver() as other:
        url = other.url.replace("127.0.0.1", "localhost")  # another host
        make_endpoint(name="Ledger", url=url, events=["receipt.created"], by=admin)
        for _ in range(3):
            pay()
        other.answer = lambda got: others_are_told.set() or 200 if len(other.got) == 3 else 200

        tell()

    assert others_are_told.is_set()
    assert states() == ["sent"] * 7


def test_a_test_goes_out_although_all_is_paused(pay, endpoint, receiver, tell, admin):
    receiver.answer = lambda got: 503
    for _ in range(4):
        pay()
    tell()
    assert Endpoint.objects.get().paused_until
    receiver.answer = lambda got: 200

    test = send_test(endpoint_id=endpoint.pk, by=admin)
    deliver_due(**HOOKS, seconds=10)

    assert "test" in types(receiver)
    assert test.answers.get().status == 200
    assert states() == ["sent"] * 6  # it answers again: what was put off goes at once
