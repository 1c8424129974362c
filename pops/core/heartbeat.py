"""`python -m pops.core.heartbeat celery@HOST`: whether the children of one worker do their work.

Celery's own ping is answered by the parent process, which knows nothing of children that hang. So each check sends a
task to that worker's own queue (CELERY_WORKER_DIRECT), and a child notes when the newest that it ran was sent. One
worker's note says nothing about its neighbours, however many there are. It takes a place among the others' work: as
long as none of a worker's children is free for it, the note grows old.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from celery import Task, current_app, shared_task
from celery.utils.nodenames import worker_direct
from kombu.exceptions import OperationalError

# Seconds. Tasks end their turn within some ten; one that hangs is killed after 120 (CELERY_TASK_TIME_LIMIT).
LIMIT = 75
# A child that is free answers within this.
PATIENCE = 5


def note_of(worker: str) -> Path:
    """The file in which a worker's children note their heartbeats."""
    return Path(os.environ.get("RUNTIME_DIRECTORY") or tempfile.gettempdir()) / f"pops-{worker}.heartbeat"


@shared_task(name="pops.heartbeat", bind=True)
def heartbeat(self: Task, sent: float) -> None:
    """Note that a child works. `sent` in seconds since this machine's start: the check runs beside the worker."""
    note_of(str(self.request.hostname)).write_text(str(sent))


def age(worker: str) -> float | None:
    """Seconds since the newest heartbeat that a child ran was sent; None when none ever was."""
    try:
        found = time.monotonic() - float(note_of(worker).read_text())
    except (FileNotFoundError, ValueError):  # ValueError: read while it is being written
        return None
    return found if found >= 0 else None  # noted before the machine's last start


def beat(worker: str) -> float | None:
    """Send a heartbeat, wait a moment for it, and return the age of the newest that was run."""
    sent = time.monotonic()
    current_app.send_task(heartbeat.name, args=[sent], queue=worker_direct(worker))  # type: ignore[arg-type]  # takes queues too
    while (found := age(worker)) is None or found > time.monotonic() - sent:
        if time.monotonic() - sent > PATIENCE:
            return found
        time.sleep(0.1)
    return found


def main(arguments: list[str]) -> int:
    """0 when the worker's children do their work."""
    parser = argparse.ArgumentParser(prog="python -m pops.core.heartbeat", description=__doc__.split("\n")[0])
    parser.add_argument("worker", help="its name, such as celery@HOST")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        found = beat(options.worker)
    except OperationalError as error:
        sys.stdout.write(f"The broker can't be reached: {error}\n")
        return 1
    if found is None or found > options.limit:
        sys.stdout.write("No heartbeat yet\n" if found is None else f"No heartbeat for {found:.0f} s\n")
        return 1
    sys.stdout.write(f"Heartbeat {found:.1f} s ago\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
