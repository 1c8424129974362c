"""Sessions in the database, each with a length of its own. The cookie ends with the browser, whatever the length."""

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

# In the session: the seconds without use after which it ends, where they are not SESSION_COOKIE_AGE.
SECONDS = "quiet_seconds"


class SessionStore(DatabaseStore):
    """Django's; set_expiry() would keep the cookie when the browser is closed."""

    def get_session_cookie_age(self) -> int:
        return int(self.get(SECONDS, settings.SESSION_COOKIE_AGE))
