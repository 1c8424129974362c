"""The Celery application: `celery -A pops worker` and `celery -A pops beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")

app = Celery("pops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["pops.core"], related_name="heartbeat")
