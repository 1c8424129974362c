"""The web application for gunicorn, which takes its settings from `pops.gunicorn`."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")

application = get_wsgi_application()
# Views are loaded by the first address that is looked up: now, not while somebody waits.
resolve("/health/")
