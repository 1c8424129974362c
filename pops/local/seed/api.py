"""The sample practice's own system, which may call the API with the key that the demo prints."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import Group as Role

from pops.core.access.models import User
from pops.local.links import DEMO_PREFIX, make_api_key
from pops.local.seed.data import STAFF
from pops.service_accounts.models import ServiceAccount
from pops.service_accounts.scopes import Scope
from pops.service_accounts.selectors import hash_key
from pops.service_accounts.services import make_account

NAME = "Practice management system"


def make_system(*, now: dt.datetime) -> ServiceAccount:
    """A system that may do all there is to do, with its key: one that can be printed each time, not drawn by chance."""
    by = User.objects.get(email=STAFF[-1][0], is_staff=True)
    account = make_account(name=NAME, role=Role.objects.get(name=STAFF[-1][2]), now=now, by=by)
    account.keys.create(
        prefix=DEMO_PREFIX,
        key_hash=hash_key(make_api_key(key=settings.SECRET_KEY)),
        scopes=Scope.values,
        made_at=now,
        made_by=by,
        expires_at=now + dt.timedelta(days=365),
    )
    return account
