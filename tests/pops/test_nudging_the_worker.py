"""One task for many rows, sent from another thread, and none of it in the way of who stores a row."""

import threading
from unittest import mock

import pytest

from pops.core.work import Nudger
from tests.concurrency import wait_until


@pytest.fixture
def sent():
    with mock.patch("celery.current_app.send_task") as send_task:
        yield send_task


def test_a_nudge_sends_the_task(sent):
    Nudger("some.task", "of this", queue="soon").nudge()

    wait_until(lambda: sent.called)
    sent.assert_called_once_with("some.task", ("of this",), queue="soon")


def test_many_nudges_in_a_row_send_few_tasks_and_the_last_one_is_not_lost(sent):
    entered, leave = threading.Event(), threading.Event()

    def slow(*_, **__):
        entered.set()
        leave.wait(5)

    sent.side_effect = slow
    nudger = Nudger("some.task")
    nudger.nudge()
    assert entered.wait(5)
    for _ in range(100):
        nudger.nudge()  # while the first is being sent
    leave.set()

    wait_until(lambda: sent.call_count == 2)
    wait_until(lambda: not nudger._wanted.is_set())
    assert sent.call_count == 2


def test_a_broker_that_is_away_does_not_stop_later_nudges(sent, caplog):
    sent.side_effect = [ConnectionError("away"), None]
    nudger = Nudger("some.task")

    nudger.nudge()
    wait_until(lambda: sent.call_count == 1)
    nudger.nudge()

    wait_until(lambda: sent.call_count == 2)
    assert "some.task waits for the sweep" in caplog.text
