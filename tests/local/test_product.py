"""The parts of the demo, and how we know that they work."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from pops.local import environment
from pops.local.process import Child
from pops.local.product import SCHEDULER, WORKERS, Product
from pops.local.servers import Servers, throwaway_folder
from pops.local.steps import StepError


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """With a broker of their own: what a scheduler sends must not reach the tests beside."""
    with pytest.MonkeyPatch.context() as patch, throwaway_folder() as folder:
        patch.delenv("REDIS_URL")
        with Servers(folder, durable=False) as servers:
            servers.start_postgres()
            servers.start_broker()
            yield servers


@pytest.fixture
def product(servers: Servers) -> Iterator[Product]:
    product = Product(servers, port=1)
    product.env = environment.demo(servers.urls, folder=servers.folder, port=1)
    yield product
    product.stop()


def start_scheduler(product: Product) -> Child:
    child = product.launch_scheduler()
    dict(product.jobs())[SCHEDULER]()
    return child


@pytest.mark.long
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
