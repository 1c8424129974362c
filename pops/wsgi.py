"""The web application for gunicorn: `gunicorn pops.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")

application = get_wsgi_application()
