"""Every address with every method, to whoever should not get through: nothing is told, nothing is changed."""

import datetime as dt
import logging
import uuid

import pytest
from django.contrib.auth.models import Group as Role
from django.utils import timezone

from pops.service_accounts.scopes import Scope
from pops.service_accounts.services import revoke_key
from pops.web.api.models import SentCall
from pops.web.api.views import ApiView
from pops.web.backoffice.roles import ROLES
from tests.api.walking import METHODS, endpoints, methods_of, operations
from tests.conventions.source import ROOT
from tests.factories.api import Caller, new_key, service_account

pytestmark = pytest.mark.django_db


def refusals_of(api: Caller) -> set[tuple[int, str]]:
    """How all methods of all addresses answer: each status with its code that came. HEAD tells no code."""
    came = set()
    for address, view in endpoints():
        for method in methods_of(view):
            answer = api.call(method, address, "" if method in ("GET", "HEAD") else "{}")
            assert answer.headers["Content-Type"] == "application/problem+json"
            if method == "HEAD":
                assert answer.status_code in (401, 403, 405)
            else:
                assert answer.json()["status"] == answer.status_code
                came.add((answer.status_code, answer.json()["code"]))
    return came


@pytest.fixture(autouse=True)
def no_limit(settings):
    """Of calls, and of lines about each that is refused."""
    settings.API_CALLS_A_MINUTE = settings.API_WRONG_KEYS_A_MINUTE = 1_000_000
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_without_a_key_nothing_opens(practice):
    assert refusals_of(Caller("")) == {(401, "key_missing")}


def test_a_key_that_nobody_was_given_opens_nothing(practice):
    assert refusals_of(Caller(f"pops_aaaaaaaa_{'a' * 43}")) == {(401, "key_unknown")}


def test_a_revoked_key_opens_nothing_at_once(practice):
    account = service_account()
    new = new_key(account)
    revoke_key(key_id=new.key.pk, reason="It was in a mail", now=timezone.now(), by=account.made_by)

    assert refusals_of(Caller(new.text)) == {(401, "key_revoked")}


def test_an_expired_key_opens_nothing(practice, time_machine):
    new = new_key(service_account(), good_for=dt.timedelta(days=1))
    time_machine.move_to(timezone.now() + dt.timedelta(days=1))

    assert refusals_of(Caller(new.text)) == {(401, "key_expired")}


def test_an_account_that_is_switched_off_has_no_key_that_works(practice):
    account = service_account()
    new = new_key(account)
    account.is_active = False
    account.save()

    assert refusals_of(Caller(new.text)) == {(401, "account_off")}


def test_a_key_without_the_scope_opens_nothing(practice):
    account = service_account()
    # Of no address alone: what it adds is told within others.
    new = new_key(account, Scope.CONFIDENTIAL_READ)

    assert refusals_of(Caller(new.text)) == {(403, "scope_missing"), (405, "method_not_allowed")}


def test_what_can_be_done_at_an_address_is_told_with_each_answer(practice):
    """405 comes for all else, and for nothing of that."""
    api = Caller(new_key(service_account(), Scope.CONFIDENTIAL_READ).text)

    for address, _ in endpoints():
        answers = {method: api.call(method, address, "") for method in (*METHODS, "TRACE", "PURGE")}
        there = sorted(method for method, answer in answers.items() if answer.status_code != 405)
        assert there, address
        for answer in answers.values():
            assert sorted(answer.headers["Allow"].split(", ")) == there, address


def test_a_role_without_the_right_opens_nothing(practice):
    Role.objects.create(name="Nobody")
    new = new_key(service_account("Nobody"))

    came = refusals_of(Caller(new.text))

    assert came == {(403, "right_missing"), (405, "method_not_allowed")}
    assert not SentCall.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_a_key_for_everything_opens_what_its_role_may_and_nothing_else(practice, role):
    api, rights = Caller(new_key(service_account(role)).text), set(ROLES[role])

    for method, address, view in operations():
        needed = view.rights[method]
        may = {needed} if isinstance(needed, str) else set(needed)
        answer = api.call(method, address, None if method == "GET" else "{}")
        refused = (answer.status_code, answer.json()["code"] if answer.status_code == 403 else "")
        assert (refused == (403, "right_missing")) is not (may <= rights), (method, address, answer.content[:300])


def test_staff_who_are_signed_in_are_nobody_to_the_api(practice, client_of, staff_user):
    """A page of somebody else's could have their browser call it."""
    client = client_of(staff_user)

    for method, address, _ in operations():
        answer = client.generic(method, address, "{}", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing"), (method, address)


def test_each_method_says_for_which_scope_and_right_and_writes_once():
    rights = set().union(*ROLES.values())
    for method, address, view in operations():
        assert issubclass(view, ApiView), address
        assert view.scopes[method] in Scope.values, (method, address)
        asked = view.rights[method]
        assert set((asked,) if isinstance(asked, str) else asked) <= rights, (method, address)
        handler = getattr(view, method.lower())
        assert method == "GET" or handler.is_once, (method, address)


def test_each_scope_is_told_in_the_docs():
    told = (ROOT / "docs/api.md").read_text()

    assert [scope for scope in Scope.values if f"`{scope}`" not in told.partition("## What holds")[0]] == []


def test_the_words_of_a_scope_name_each_kind_of_write_that_it_opens():
    """Whoever makes a key reads these words and nothing else."""
    named = {"payments": "payments", "void": "void", "returns": "bank took back", "refunds": "Give money back"}
    seen = set()
    for method, address, view in operations():
        noun = address.rstrip("/").rpartition("/")[2]
        if method == "POST" and noun in named:
            seen.add(noun)
            assert named[noun] in Scope(view.scopes[method]).label, address

    assert seen == set(named)


def test_a_view_that_says_nothing_is_closed(practice, rf):
    class Forgotten(ApiView):
        def get(self, request):
            raise AssertionError("reached")

    text = new_key(service_account()).text
    answer = Forgotten.as_view()(rf.get("/api/v1/forgotten", headers={"Authorization": f"Bearer {text}"}))

    assert answer.status_code == 403


def test_where_there_is_nothing_programs_are_told_so(practice, client):
    for address in ("/api/v1/nothing", "/api/nothing/", "/api/v1/groups/"):
        for method in METHODS:
            answer = client.generic(method, address, headers={"Idempotency-Key": str(uuid.uuid4())})
            assert answer.status_code == 404
            assert "Allow" not in answer.headers
            assert answer.headers["Content-Type"] == "application/problem+json"
