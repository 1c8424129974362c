import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from pops.local.broker import Broker


@pytest.fixture
def broker(folder: Path) -> Iterator[Broker]:
    server = Broker(folder)
    yield server
    server.stop()


def test_tasks_survive_a_restart(broker: Broker) -> None:
    before = broker.start()
    redis.Redis.from_url(before).rpush("celery", "a task")
    broker.stop()

    after = broker.start()

    assert after == before
    assert redis.Redis.from_url(after).lpop("celery") == b"a task"


def test_it_comes_back_after_it_was_killed(broker: Broker) -> None:
    broker.start()
    assert broker.child
    os.kill(broker.child.popen.pid, signal.SIGKILL)

    again = Broker(broker.folder)
    try:
        assert redis.Redis.from_url(again.start()).ping()
    finally:
        again.stop()


def test_a_server_left_running_is_ended(broker: Broker) -> None:
    broker.start()
    left = broker.child
    assert left

    again = Broker(broker.folder)
    try:
        again.start()
        assert left.popen.wait(60) == 0
    finally:
        again.stop()


def test_it_moves_when_its_port_is_taken(broker: Broker) -> None:
    broker.start()
    broker.stop()
    taken = broker.port
    with socket.create_server(("127.0.0.1", taken)):
        url = broker.start()

    assert broker.port != taken
    assert redis.Redis.from_url(url).ping()


def test_it_needs_the_password(broker: Broker) -> None:
    url = broker.start()

    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(url.replace("redis://:", "redis://:x")).ping()
