"""Systems that call the API in tests."""

import datetime as dt
import json
import uuid
from typing import Any

from django.contrib.auth.models import Group as Role
from django.test import Client
from django.utils import timezone

from pops.service_accounts.models import ServiceAccount
from pops.service_accounts.scopes import Scope
from pops.service_accounts.services import NewKey, make_account, make_key
from tests.api.told import check_told
from tests.factories.accounts import UserFactory
from tests.factories.staff import ADMIN

V1 = "/api/v1"


def service_account(role: str = ADMIN, *, name: str = "Billing at headquarters") -> ServiceAccount:
    """A system with a role, added by a superuser."""
    by = UserFactory(is_staff=True, is_superuser=True)
    return make_account(name=name, role=Role.objects.get(name=role), now=timezone.now(), by=by)


def new_key(account: ServiceAccount, *scopes: str, good_for: dt.timedelta = dt.timedelta(days=30)) -> NewKey:
    """A key of it; for all scopes unless some are said."""
    facts = {"scopes": scopes or Scope.values, "good_for": good_for, "now": timezone.now(), "by": account.made_by}
    return make_key(account=account, **facts)


class Caller:
    """A system that calls the API with its key. A POST draws an Idempotency-Key unless one is given.

    Whatever it is answered must be as docs/openapi.yaml has it.
    """

    def __init__(self, text: str, account: ServiceAccount | None = None) -> None:
        self.text, self.account, self.client = text, account, Client(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`path` below /api/v1. A body is sent as JSON; text and bytes go as they are."""
        sent = {
            "Authorization": f"Bearer {self.text}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid.uuid4()))
        raw = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        kind = sent.pop("Content-Type", "application/json")
        address = path if path.startswith("http") else f"{V1}{path.removeprefix(V1)}"
        answer = self.client.generic(method, address, raw, content_type=kind, headers=sent)
        check_told(method, answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def caller(*scopes: str, role: str = ADMIN, name: str = "Billing at headquarters") -> Caller:
    """A system with a good key; for all scopes unless some are said."""
    account = service_account(role, name=name)
    return Caller(new_key(account, *scopes).text, account)
