"""How the web server runs, wherever it does: `gunicorn pops.wsgi --config python:pops.gunicorn`."""

import datetime as dt
import gc
from typing import Any

from gunicorn.glogging import Logger

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


def post_worker_init(worker: Any) -> None:
    """Have Python's garbage collection pass over all that is loaded: that took 100 ms, in which no thread answered.

    Nothing is collected first: that marks each object that it looks at, and so copies memory shared with the parent.
    """
    gc.freeze()


worker_class = "gthread"
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
