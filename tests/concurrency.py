"""Running things at the same moment, each on a database connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def run_together(jobs: Sequence[Callable[[], T]], *, width: int = 16) -> list[T]:
    """Results of the jobs in their order, `width` at once, the first ones let go together."""
    width = min(width, len(jobs))
    gate = threading.Barrier(width)

    def work(start: int) -> list[T]:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return [job() for job in jobs[start::width]]
        finally:
            connection.close()

    with ThreadPoolExecutor(width) as pool:
        chunks = list(pool.map(work, range(width)))
    results: dict[int, T] = {}
    for start, chunk in enumerate(chunks):
        results.update(zip(range(start, len(jobs), width), chunk, strict=True))
    return [results[n] for n in range(len(jobs))]


def find_waiting() -> list[int]:
    """Who waits for what this connection holds: processes of the server, which works for other tests meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return [pid for (pid,) in cursor.fetchall()]


def wait_until(done: Callable[[], Any], *, seconds: float = 300) -> None:
    """Wait for the worker. Patient, as other work may hold the machine up: the limit is there to end what hangs."""
    assert is_in_time(done, seconds=seconds), "waited too long"


def is_in_time(done: Callable[[], Any], *, seconds: float) -> bool:
    """Whether something is done before so many seconds are over; waits for it."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
