"""The web application for gunicorn, which takes its settings from `pops.gunicorn`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")

application = get_wsgi_application()
