"""The parts of the demo, and how we know that they work."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from pops.local.process import Child
from pops.local.product import SCHEDULER, WORKERS, Product
from pops.local.servers import Servers, throwaway_folder
from pops.local.steps import StepError


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """One with a broker of its own: what its scheduler sends must not reach the tests beside."""
    monkeypatch.delenv("REDIS_URL")
    with throwaway_folder() as folder, Servers(folder, durable=False) as servers:
        product = Product(servers, port=1)
        jobs = dict(product.jobs())
        jobs["PostgreSQL"]()
        jobs["Valkey"]()
        yield product
        product.stop()


def start_scheduler(product: Product) -> Child:
    child = product.launch_scheduler()
    dict(product.jobs())[SCHEDULER]()
    return child


def test_the_scheduler_starts_again_on_the_schedule_it_kept(product: Product) -> None:
    start_scheduler(product).stop()
    assert list((product.folder / "beat").iterdir())

    assert start_scheduler(product).died() is None


def test_a_scheduler_that_stands_still_is_not_taken_for_alive(product: Product) -> None:
    child = start_scheduler(product)  # it answered

    child.popen.send_signal(signal.SIGSTOP)
    os.waitpid(child.popen.pid, os.WUNTRACED)  # until it stands still

    assert not product.is_answering(SCHEDULER)
    child.popen.send_signal(signal.SIGCONT)


def test_the_death_of_a_part_is_told_at_once(product: Product) -> None:
    child = product.launch_scheduler()
    child.popen.kill()

    with pytest.raises(StepError, match="Scheduler was killed by signal 9"):
        dict(product.jobs())[SCHEDULER]()


def test_no_queue_is_without_a_worker(settings: Any) -> None:
    taken = [queue for queues in WORKERS.values() for queue in queues.split(",")]

    assert sorted(taken) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)
