"""The product's settings, with the demo's doors and a folder for its mail. Never for a practice."""

import os
from urllib.parse import urlsplit

from pops.local.environment import NO_MAIL_SERVER
from pops.settings import *  # noqa: F403
from pops.settings import EMAIL_PROVIDER, INSTALLED_APPS, SITE_URL

INSTALLED_APPS = [*INSTALLED_APPS, "pops.local"]
ROOT_URLCONF = "pops.local.urls"

# Mail is kept for the mail page, unless a mail server or provider is named.
if os.environ["EMAIL_URL"] == NO_MAIL_SERVER and not EMAIL_PROVIDER:
    EMAIL_BACKEND = "pops.local.mail.FolderBackend"

# Browsers keep cookies by host, not by port: two demos on one machine would sign each other out.
_port = urlsplit(SITE_URL).port or 80
SESSION_COOKIE_NAME = f"sessionid_{_port}"
CSRF_COOKIE_NAME = f"csrftoken_{_port}"
