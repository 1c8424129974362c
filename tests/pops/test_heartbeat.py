"""A worker is well when its children work: Celery's own ping is answered by a parent whose children hang."""

import signal

import pytest
from celery import current_app

from pops.core import heartbeat
from tests.concurrency import wait_until
from tests.notifications.processes import processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    return tmp_path


@pytest.fixture
def celery(tmp_path):
    with processes(tmp_path / "celery.log", mail_port=9, settings_module="pops.settings") as group:
        yield group


def is_well(worker, limit="60"):
    return heartbeat.main([worker.name, "--limit", limit]) == 0


def test_a_worker_whose_children_hang_is_ill_though_it_answers_a_ping_and_its_neighbour_works(
    celery, monkeypatch, capsys
):
    monkeypatch.setattr(heartbeat, "PATIENCE", 1)
    works, hangs = celery.start(queue="documents"), celery.start(queue="documents")
    wait_until(lambda: is_well(works) and is_well(hangs))

    hangs.signal_children(signal.SIGSTOP)
    assert current_app.control.ping([hangs.name], timeout=60) == [{hangs.name: {"ok": "pong"}}]
    wait_until(lambda: is_well(works, limit="0.5"))
    capsys.readouterr()
    assert not is_well(hangs, limit="0.5")
    assert "No heartbeat for" in capsys.readouterr().out

    hangs.signal_children(signal.SIGCONT)
    wait_until(lambda: is_well(hangs, limit="1"))


def test_one_that_never_worked_or_has_no_broker_is_ill(settings, monkeypatch, capsys):
    monkeypatch.setattr(heartbeat, "PATIENCE", 0)
    assert heartbeat.main(["nobody@test"]) == 1
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_purge(heartbeat.worker_direct("nobody@test").name)

    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: (_ for _ in ()).throw(heartbeat.OperationalError()))
    assert heartbeat.main(["nobody@test"]) == 1

    said = capsys.readouterr().out
    assert "No heartbeat yet" in said
    assert "broker" in said
