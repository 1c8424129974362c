"""One task for many rows, sent from another thread, and none of it in the way of who stores a row."""

import threading
from unittest import mock

import pytest

from pops.core.work import Nudger, begin, in_turn
from tests.concurrency import wait_until


@pytest.fixture
def sent():
    """What is sent of this task: the product's own nudges, of rows that the test before stored, may come meanwhile."""
    sent = mock.Mock(return_value=None)

    def send_task(name, *args, **options):
        return sent(name, *args, **options) if name == "some.task" else None

    with mock.patch("celery.current_app.send_task", send_task):
        yield sent


def test_a_nudge_sends_the_task(sent):
    Nudger("some.task", "of_this", queue="soon").nudge()

    wait_until(lambda: sent.called)
    sent.assert_called_once_with("some.task", ("of_this",), queue="soon", expires=30)


def test_one_nudge_waits_at_the_broker_however_many_processes_store_rows(sent):
    first, second = Nudger("some.task"), Nudger("some.task")  # as of two processes

    first.nudge()
    wait_until(lambda: sent.call_count == 1)
    for _ in range(3):
        second.nudge()
        wait_until(lambda: not second._wanted.is_set())

    assert sent.call_count == 1


def test_what_is_stored_after_the_task_began_sends_the_next_one(sent):
    nudger = Nudger("some.task")
    nudger.nudge()
    wait_until(lambda: sent.call_count == 1)

    begin("some.task")
    nudger.nudge()

    wait_until(lambda: sent.call_count == 2)


def test_nudges_of_other_work_go_their_own_way(sent):
    Nudger("some.task", "urgent").nudge()
    Nudger("some.task", "mail").nudge()

    wait_until(lambda: sent.call_count == 2)


def test_many_nudges_in_a_row_send_few_tasks_and_the_last_one_is_not_lost(sent):
    entered, leave = threading.Event(), threading.Event()

    def slow(*_, **__):
        begin("some.task")  # a worker took it at once
        entered.set()
        leave.wait(30)

    sent.side_effect = slow
    nudger = Nudger("some.task")
    nudger.nudge()
    assert entered.wait(30)
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


def test_a_turn_ends_and_what_is_left_is_handed_on(monkeypatch):
    monkeypatch.setattr("pops.core.work.TURN_SECONDS", 0)

    assert list(in_turn([1, 2, 3])) == [1]  # one at least, however slow it is


def test_a_turn_that_is_long_enough_takes_all():
    assert list(in_turn([1, 2, 3])) == [1, 2, 3]
