"""Work of several processes at once, timed: how recording and the API are measured."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from celery import current_app
from django.db import connection, connections

from notifications.models import Message
from notifications.services import nudgers
from receipts.documents.calls import renderer

# Payments of each process before the clock starts: a server's connections have planned their statements.
WARM_UP = 8
T = TypeVar("T")


def begin_as_a_server() -> None:
    """Connect, and load Celery's transport, half a second: that is the start of a server, not a payment."""
    connection.ensure_connection()
    for nudger in (renderer, nudgers[Message.Lane.MAIL, Message.Channel.EMAIL]):
        current_app.send_task(nudger.task, nudger.arguments, queue=nudger.queue)


def run(connect: Callable[[], Callable[[T], object]], jobs: Sequence[Sequence[T]]) -> float:
    """Payments per second of one process a job, all starting together; each first prepares itself by `connect`."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, done = context.Barrier(len(jobs) + 1), context.Barrier(len(jobs) + 1)

    def work(job: Sequence[T]) -> None:
        try:
            pay = connect()
            for one in job[:WARM_UP]:
                pay(one)
            gate.wait()
            for one in job[WARM_UP:]:
                pay(one)
            done.wait()
        except BaseException:
            gate.abort()  # the others, and who measures, don't wait for this one
            done.abort()
            raise

    workers = [context.Process(target=work, args=(job,)) for job in jobs]
    for worker in workers:
        worker.start()
    gate.wait(timeout=120)
    begin = time.perf_counter()
    done.wait(timeout=600)
    seconds = time.perf_counter() - begin
    for worker in workers:
        worker.join()
    return sum(len(job) - WARM_UP for job in jobs) / seconds
