"""A card form in each of two windows: the later one is the one that can be paid."""

import functools
import re
import uuid

import pytest

from payments.models import Payment
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, link, login_of
from tests.payments.stripe_side import start

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]

SLOW = "4000000077770008"


@pytest.fixture
def owes(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=10_000)
    return guarantor


@pytest.fixture
def portal(owes, client_of):
    return client_of(owes)


def choose(portal, **more):
    form = {"payment_id": uuid.uuid4(), "choice": "current", "shown": "10000 0", **more}
    answer = portal.post("/pay/", form)
    return portal.get(answer.url, follow=True) if answer.status_code == 302 else answer


def agreed(answer):
    return re.search(r'name="agreed" value="([^"]*)"', answer.content.decode()).group(1)


def state_of(attempt):
    attempt.refresh_from_db()
    return attempt.state


def status_of(sandbox, attempt):
    return sandbox.payment_intent(attempt.intent_id)["status"]


def test_the_earlier_form_is_closed_at_stripe_when_another_is_started(stripe_sandbox, portal, owes):
    earlier, others = start(owes, cents=10_000), start()

    assert choose(portal).status_code == 200

    assert state_of(earlier) == Payment.State.ABANDONED
    assert status_of(stripe_sandbox, earlier) == "canceled"
    assert state_of(others) == Payment.State.STARTED, "somebody else's"
    page = portal.get(f"/pay/{earlier.pk}/").content.decode()
    assert "Your card was not charged" in page
    assert "you\n  started another" in page


def test_another_amount_from_the_same_page_closes_the_one_before(stripe_sandbox, portal, owes):
    payment_id = uuid.uuid4()
    choose(portal, payment_id=payment_id)

    choose(portal, payment_id=payment_id, choice="other", other_amount="60.00")

    states = dict(Payment.objects.values_list("amount_cents", "state"))
    assert states == {10_000: Payment.State.ABANDONED, 6000: Payment.State.STARTED}


def test_the_same_form_sent_twice_closes_nothing(stripe_sandbox, portal, owes):
    payment_id = uuid.uuid4()
    choose(portal, payment_id=payment_id)
    choose(portal)
    later = Payment.objects.exclude(pk=payment_id).get()

    page = choose(portal, payment_id=payment_id).content.decode()

    assert "This payment was not made" in page
    assert state_of(later) == Payment.State.STARTED


def test_a_payment_that_is_being_made_is_told_and_asked_about_once(stripe_sandbox, portal, owes):
    earlier = start(owes, cents=10_000)
    stripe_sandbox.confirm(earlier.intent_id, card_number=SLOW)

    asked = choose(portal)

    assert asked.status_code == 422
    assert "A payment of $100.00 is being made right now." in asked.content.decode()
    assert f"/pay/{earlier.pk}/return/" in asked.content.decode()
    assert Payment.objects.count() == 1
    assert choose(portal, agreed=agreed(asked)).status_code == 200
    assert Payment.objects.exclude(pk=earlier.pk).get().state == Payment.State.STARTED


def test_two_questions_are_asked_one_after_the_other(stripe_sandbox, portal, owes):
    stripe_sandbox.confirm(start(owes, cents=10_000).intent_id, card_number=SLOW)
    form = {"choice": "other", "other_amount": "99.80"}

    first = choose(portal, **form)
    second = choose(portal, **form, agreed=agreed(first))
    third = choose(portal, **form, agreed=agreed(second))

    assert "leaves $0.20" in first.content.decode()
    assert "being made right now" in second.content.decode()
    assert third.status_code == 200


def test_one_that_was_paid_a_moment_ago_counts_before_the_next_is_started(stripe_sandbox, portal, owes):
    earlier = start(owes, cents=10_000)
    stripe_sandbox.confirm(earlier.intent_id)

    asked = choose(portal, choice="other", other_amount="100.00")

    assert asked.status_code == 422
    assert "Your Current Balance is $0.00 now." in asked.content.decode()
    assert state_of(earlier) == Payment.State.PAID
    assert Payment.objects.count() == 1


def test_with_stripe_away_the_next_is_started_and_takes_over_later(stripe_sandbox, portal, owes, settings):
    earlier, at_work = start(owes, cents=10_000), settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert choose(portal).status_code == 503
    later = Payment.objects.exclude(pk=earlier.pk).get()
    assert state_of(earlier) == Payment.State.STARTED

    settings.STRIPE_API_BASE = at_work
    assert portal.get(f"/pay/{later.pk}/").status_code == 200

    assert (state_of(earlier), state_of(later)) == (Payment.State.ABANDONED, Payment.State.STARTED)


def test_another_account_of_the_same_login_is_left_alone(stripe_sandbox, portal, owes):
    other = GuarantorFactory(login=False)
    link(other, login_of(owes))
    beside = start(other)
    portal.post("/accounts/switch/", {"account": owes.pk})

    assert choose(portal, account=owes.pk).status_code == 200

    assert Payment.objects.filter(guarantor=owes).exists()
    assert state_of(beside) == Payment.State.STARTED


def test_of_windows_that_start_at_the_same_moment_one_can_be_paid(stripe_sandbox, owes, client_of):
    jobs = [functools.partial(choose, client_of(owes)) for _ in range(4)]

    run_together(jobs, width=4)

    attempts = list(Payment.objects.all())
    still_open = [attempt for attempt in attempts if status_of(stripe_sandbox, attempt) != "canceled"]
    assert len(attempts) == 4
    assert still_open == [max(attempts, key=lambda attempt: attempt.started_at)]
    for attempt in attempts:
        if attempt not in still_open:
            assert state_of(attempt) == Payment.State.ABANDONED
    assert not Receipt.objects.exists()
