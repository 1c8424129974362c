"""How the web server runs, wherever it does: `gunicorn pops.wsgi --config python:pops.gunicorn`."""

import datetime as dt
import gc
import select
from collections import deque
from threading import Semaphore
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from pops.core.logs import HideTokens, hide_tokens


class TokenlessLogger(Logger):
    """gunicorn's, which names the address of each request, and whole when it failed."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(HideTokens())

    def atoms(self, answer: Any, request: Any, environ: dict[str, Any], took: dt.timedelta) -> dict[str, Any]:
        """What a line about a request is made of. gunicorn offers each header too, and so keys and cookies."""
        return {
            "h": environ.get("REMOTE_ADDR", "-"),
            "m": environ["REQUEST_METHOD"],
            "U": hide_tokens(environ["PATH_INFO"]),
            "s": str(answer.status).partition(" ")[0],
            "b": answer.sent,
            "M": took // dt.timedelta(milliseconds=1),
        }


# Milliseconds: as long as a client beside us, or a proxy, takes for its next request.
MOMENT = 2


class StayingWorker(ThreadWorker):
    """gunicorn's, but a thread that has answered stays with its client for a moment, and answers the next request too.

    gunicorn gives a kept connection back to the thread that waits for all of them, and that to one that is free: of a
    call of the API it was a twentieth of the time. Nobody stays while another request waits for a thread, nor do all.
    """

    def init_process(self) -> None:
        self.waiting: deque[None] = deque()
        self.may_stay = Semaphore(self.cfg.threads - 1)
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        self.waiting.append(None)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        self.waiting.pop()
        kept = super().handle(conn)
        while kept is True and self._is_asked_again(conn):
            kept = super().handle(conn)
        return kept

    def _is_asked_again(self, conn: Any) -> bool:
        if not self.alive or self.waiting or not self.may_stay.acquire(blocking=False):
            return False
        try:
            poll = select.poll()
            poll.register(conn.sock, select.POLLIN)
            return bool(poll.poll(MOMENT))
        finally:
            self.may_stay.release()


def post_worker_init(worker: Any) -> None:
    """Have Python's garbage collection pass over all that is loaded: that took 100 ms, in which no thread answered.

    Nothing is collected first: that marks each object that it looks at, and so copies memory shared with the parent.
    """
    gc.freeze()


worker_class = StayingWorker
logger_class = TokenlessLogger
threads = 4
# Of an address: as long as one of the API may be, with names in letters that take twelve signs each.
limit_request_line = 8190
# A worker says here that it lives; a disk that is busy must not look like a worker that hangs.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes a file of its own there
# Those who wait for an answer when it is told to stop.
graceful_timeout = 30
control_socket_disable = True
accesslog = "-"
# Without what follows the question mark, and without where they came from: staff search by patients' names.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
