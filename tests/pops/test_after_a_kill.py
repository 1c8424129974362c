"""What a killed worker had taken on is worked off by another within half a minute: somebody waits for it."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from notifications.delivery import claim_due
from notifications.kinds import Content
from notifications.models import Message
from notifications.services import post_content
from notifications.tasks import deliver
from payments.events import claim_event
from payments.models import ProcessorEvent
from payments.tasks import work_off_events
from pops.web.sign_in.notices import SIGN_IN
from tests.payments.stripe_side import events_about, post_event, start

PROMISE = dt.timedelta(seconds=30)

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def until_beat_calls(settings):
    """How long it is that a task was claimed, at the last call of beat that keeps the promise."""

    def until_beat_calls(task, *args):
        entries = settings.CELERY_BEAT_SCHEDULE.values()
        (every,) = [one["schedule"] for one in entries if (one["task"], one.get("args", [])) == (task, [*args])]
        return PROMISE - dt.timedelta(seconds=every)

    return until_beat_calls


def test_money(stripe_sandbox, until_beat_calls):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    post_event(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])
    assert claim_event(), "the worker that is killed now"
    work_off_events()
    assert ProcessorEvent.objects.get().state == "received", "a claim keeps others away"

    ProcessorEvent.objects.update(claimed_at=timezone.now() - until_beat_calls("payments.tasks.work_off_events"))
    work_off_events()

    payment.refresh_from_db()
    assert (ProcessorEvent.objects.get().state, payment.state) == ("done", "paid")


def test_a_sign_in_code(until_beat_calls):
    post_content(kind=SIGN_IN, to="maria@example.com", content=Content(subject="Your code", text="123456"))
    assert claim_due(Message.Lane.URGENT), "the worker that is killed now"
    deliver("urgent")
    assert Message.objects.get().state == "sending", "a claim keeps others away"

    Message.objects.update(due_at=F("due_at") - until_beat_calls("notifications.tasks.deliver", "urgent", "email"))
    deliver("urgent")

    assert Message.objects.get().state == "sent"
