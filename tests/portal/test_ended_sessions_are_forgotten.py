"""A session is a row; those that ended are deleted by a task of beat, once nobody comes back to them any more."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from pops.core.access.tasks import forget_ended_sessions
from pops.web.sign_in.session_end import SIGNED_OUT
from tests.factories.accounts import GuarantorFactory


def in_days(days):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False)


def test_a_session_that_ended_a_week_ago_is_deleted(guarantor, client_of):
    client_of(guarantor)
    with in_days(8):
        client_of(GuarantorFactory())
        assert Session.objects.count() == 2

        forget_ended_sessions()

        assert Session.objects.get().expire_date > timezone.now()


@pytest.mark.parametrize("days", [0, 3])
def test_who_comes_back_after_a_weekend_is_still_told(guarantor, client_of, days):
    client = client_of(guarantor)
    with in_days(days):
        forget_ended_sessions()
        page = client.get("/receipts/", follow=True)

    assert (SIGNED_OUT in page.content.decode()) == (days > 0)


def test_beat_sends_it():
    assert forget_ended_sessions.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
