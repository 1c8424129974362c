"""The Celery application: `celery -A pops worker` and `celery -A pops beat`."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")

app = Celery("pops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["pops.core"], related_name="heartbeat")


@setup_logging.connect
def log_as_the_settings_say(**_: Any) -> None:
    """Keep Celery from putting its own logging in place of LOGGING, which leaves tokens out of each line."""


@worker_init.connect
def spare_what_is_loaded(**_: Any) -> None:
    """Have Python's garbage collection pass over all that was imported: that took 90 ms every few PDFs.

    Once in the parent, after its imports and before it forks: collecting marks each object that it looks at, so in the
    children it would copy the memory that they share with their parent. Those that come later are forked from it too.
    """
    gc.collect()
    gc.freeze()
