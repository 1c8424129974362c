"""Real worker and beat processes on the test's database and broker, killed with SIGKILL."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from notifications.models import Message
from pops.celery import app
from tests.concurrency import is_in_time

ROOT = Path(__file__).parents[2]


class Process:
    """A Celery process with all its children."""

    def __init__(self, kind: str, *, queue: str, env: dict[str, str], log: Path) -> None:
        command = [sys.executable, "-m", "celery", "-A", "pops", kind]
        self.name = f"{id(self)}@test"
        if kind == "worker":
            command += ["--queues", queue, "--concurrency", "1", "--hostname", self.name]
            command += ["--without-gossip", "--without-mingle"]
        else:
            command += ["--schedule", str(log.with_suffix(".schedule")), "--pidfile="]
        with log.open("ab") as output:
            self._popen: subprocess.Popen[Any] = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True
            )

    def signal_children(self, number: int) -> None:
        """To those that do the work, and not to their parent."""
        pid = self._popen.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), number)

    def kill(self) -> None:
        """As when the machine loses power: nothing is finished, nobody is told."""
        os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


class Processes:
    """Starts processes that send to one mail server; ends them all."""

    def __init__(self, log: Path, *, mail_port: int, broker: str, settings_module: str) -> None:
        self.log = log
        self.running: list[Process] = []
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }

    def start(self, kind: str = "worker", *, queue: str = "mail") -> Process:
        process = Process(kind, queue=queue, env=self._env, log=self.log)
        self.running.append(process)
        return process

    def kill(self, process: Process) -> None:
        self.running.remove(process)
        process.kill()


@contextmanager
def processes(
    log: Path, *, mail_port: int, broker: str = "", settings_module: str = "tests.notifications.worker_settings"
) -> Iterator[Processes]:
    group = Processes(log, mail_port=mail_port, broker=broker or settings.REDIS_URL, settings_module=settings_module)
    try:
        yield group
    finally:
        for process in group.running:
            process.kill()


def sweep_until(done: Callable[[], Any], *names: str) -> None:
    """Send what beat sends under these names of its schedule, again and again as it does, until something is done.

    None goes stale: how long a worker takes to start is no matter.
    """
    for _ in range(30):
        for entry in map(settings.CELERY_BEAT_SCHEDULE.__getitem__, names):
            app.send_task(entry["task"], entry.get("args"), queue=entry.get("options", {}).get("queue"))
        if is_in_time(done, seconds=10):
            return
    raise AssertionError("waited too long")


def database_url() -> str:
    """The test's database, for other processes."""
    database = connection.settings_dict
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def all_sent() -> bool:
    """Whether nothing waits in the outbox any more."""
    return not Message.objects.exclude(state="sent").exists()
