"""Who calls: whose key stands in the Authorization header. A cookie opens nothing here."""

import pghistory
from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceKey
from pops.service_accounts.selectors import find_key, why_not_call
from pops.service_accounts.services import note_use
from pops.web.api.problems import Problem
from pops.web.api.throttling import refuse_guesses

MISSING = Refused("key_missing", "Send a key: Authorization: Bearer pops_...")
UNKNOWN = Refused("key_unknown", "This is no key of this practice.")


class KeyAuthentication(BaseAuthentication):
    """Bearer keys of service accounts: `request.user` is the account's login, `request.auth` the key."""

    def authenticate(self, request: Request) -> tuple[User, ServiceKey]:
        """Raises Problem 401 for whoever brings no good key, 429 once that was too often."""
        now = timezone.now()
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise _challenge(MISSING)
        key = find_key(text.strip())
        refusal = UNKNOWN if key is None else why_not_call(key, now=now)
        if key is None or refusal is not None:
            refuse_guesses(find_address(request) or "", now=now)
            raise _challenge(refusal or UNKNOWN)
        pghistory.context(user=key.account_id)
        note_use(key=key, find_address=lambda: find_address(request), now=now)
        return key.account.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="POPS"'


def find_address(request: Request) -> str | None:
    """The network address of who calls, as the proxies before us tell it. Money waits for none who tells none."""
    try:
        address: str = get_adapter(request).get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):  # none, or another number of proxies than the settings say
        return None
    return address.partition("%")[0]  # of an address within a network, by which device: no part of what is kept


def _challenge(refusal: Refused) -> Problem:
    error = "" if refusal is MISSING else ', error="invalid_token"'
    return Problem(401, refusal.code, refusal.words, headers={"WWW-Authenticate": f'Bearer realm="POPS"{error}'})
