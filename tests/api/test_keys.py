"""Keys of service accounts: shown once, good for a time, counted, and kept apart from who they belong to."""

import datetime as dt
import logging

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from pops.core.access.models import User
from pops.core.logs import hide_tokens
from pops.core.practice.models import Facility
from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceAccount, ServiceKey
from pops.service_accounts.selectors import find_key
from pops.service_accounts.services import change_account, make_key, rotate_key
from pops.web.api.throttling import _taken_at, count_call
from tests.factories.api import Caller, caller, new_key, service_account
from tests.factories.practice import GroupFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

pytestmark = pytest.mark.django_db


def used(account: ServiceAccount) -> ServiceKey:
    return account.keys.get()


def test_nothing_that_is_kept_opens_anything(practice):
    new = new_key(service_account(), "practice:read")

    assert new.text.startswith(f"pops_{new.key.prefix}_")
    assert new.text.encode() not in bytes(used(new.key.account).key_hash)
    assert len(new.text.rpartition("_")[2]) >= 40 or "_" in new.text


def test_it_is_found_with_what_its_rows_say(practice, django_assert_num_queries):
    new = new_key(service_account(), "practice:read", "changes:read")
    kept = ServiceKey.objects.select_related("account__user").get(pk=new.key.pk)

    with django_assert_num_queries(1):
        found = find_key(new.text)
        for mine, theirs in ((found, kept), (found.account, kept.account), (found.account.user, kept.account.user)):
            read = set(vars(mine)) - {"_state", "_perm_cache"}
            assert {name: getattr(mine, name) for name in read} == {name: getattr(theirs, name) for name in read}
            assert len(read) > 1
    assert found.made_by == kept.made_by  # what was not read is asked for


def test_both_keys_work_while_they_are_rotated(practice, time_machine):
    account = service_account()
    old = new_key(account, "practice:read")
    new = rotate_key(
        key_id=old.key.pk,
        overlap=dt.timedelta(days=7),
        good_for=dt.timedelta(days=90),
        now=timezone.now(),
        by=account.made_by,
    )
    statuses = [Caller(one.text).get("/groups").status_code for one in (old, new)]
    time_machine.move_to(timezone.now() + dt.timedelta(days=7))

    assert statuses == [200, 200]
    assert [Caller(one.text).get("/groups").status_code for one in (old, new)] == [401, 200]
    assert new.key.scopes == ["practice:read"]


def test_nobody_gets_a_key_of_an_account_that_may_more_than_they(practice):
    account, weaker = service_account(ADMIN), member(MANAGER)
    key, now, a_day = new_key(account).key, timezone.now(), dt.timedelta(days=1)
    acts = [
        lambda: make_key(account=account, scopes=["practice:read"], good_for=a_day, now=now, by=weaker),
        lambda: rotate_key(key_id=key.pk, overlap=a_day, good_for=a_day, now=now, by=weaker),
        lambda: change_account(
            account_id=account.pk, role=Role.objects.get(name=DESK), is_active=True, reason="Less", by=weaker
        ),
    ]

    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "beyond_account"
    assert account.keys.get().is_good(now)


def test_its_last_use_is_written_once_a_minute(practice, time_machine, django_assert_num_queries):
    api = caller("practice:read")
    begun = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
    time_machine.move_to(begun, tick=False)
    ServiceKey.objects.update(expires_at=begun + dt.timedelta(days=1))
    api.get("/groups")
    time_machine.move_to(begun + dt.timedelta(seconds=59), tick=False)
    with django_assert_num_queries(2):  # the key with its rights, the groups
        api.get("/groups")
    first = used(api.account)
    time_machine.move_to(begun + dt.timedelta(seconds=60), tick=False)
    api.get("/groups")

    assert (first.last_used_at, first.last_used_address) == (begun, "127.0.0.1")
    assert used(api.account).last_used_at == begun + dt.timedelta(seconds=60)


@pytest.mark.parametrize(
    ("proxies", "told", "kept"),
    [
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # who calls may say what they like before it
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "[2001:db8::9]:51234", "2001:db8::9"),
        (1, "fe80::9%eth0", "fe80::9"),
        (1, "unknown", None),
        (2, "203.0.113.9", None),
    ],
)
def test_behind_proxies_it_is_the_address_that_they_tell(practice, settings, proxies, told, kept):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    api = caller("practice:read")

    assert api.get("/groups", X_Forwarded_For=told).status_code == 200
    assert used(api.account).last_used_address == kept
    assert Caller("pops_aaaaaaaa_guess").get("/groups", X_Forwarded_For=told).status_code == 401


def test_each_answer_says_how_much_is_left(practice, settings):
    settings.API_CALLS_A_MINUTE = 2
    api, other = caller("practice:read"), caller("practice:read", name="The kiosk")

    answers = [api.get("/groups") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].partition(";t=")[0] for answer in answers] == ['"key";r=1', '"key";r=0', '"key";r=0']
    assert answers[2]["RateLimit-Policy"] == '"key";q=2;w=60'
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert other.get("/groups").status_code == 200
    [place] = cache._cache.get_client().keys(f"*api.key.{used(api.account).pk}.*")
    assert place.startswith(b"pops:")  # beside what others keep there


def test_processes_share_a_high_limit_and_never_let_more_through(practice, settings):
    """Each takes ten calls of 3,000 at a time, and Redis is asked once for them."""
    settings.API_CALLS_A_MINUTE = 3000
    now = timezone.now()

    def call_elsewhere():
        _taken_at.cache_clear()  # as in a process that has taken none
        return count_call(1, now=now).left

    here = [count_call(1, now=now).left for _ in range(10)]
    elsewhere = call_elsewhere()
    others = [count_call(1, now=now).left for _ in range(3000)]

    assert here == list(range(2999, 2989, -1))
    assert elsewhere == 2989
    assert sum(left >= 0 for left in [*here, elsewhere, *others]) == 3000
    assert call_elsewhere() < 0


def test_who_guesses_keys_is_slowed_down_and_nobody_else(practice, settings):
    settings.API_WRONG_KEYS_A_MINUTE = 2
    wrong, right = Caller("pops_aaaaaaaa_guess"), caller("practice:read")

    assert [wrong.get("/groups").status_code for _ in range(3)] == [401, 401, 429]
    assert right.get("/groups").status_code == 200


def test_calls_go_on_while_redis_is_away(practice, monkeypatch, caplog):
    def fail(place, count):
        raise RedisError("no server")

    monkeypatch.setattr("pops.web.api.throttling._add", fail)

    assert caller("practice:read").get("/groups").status_code == 200


def test_no_log_names_a_key(practice, caplog):
    api = caller("practice:read")
    with caplog.at_level(logging.DEBUG):
        Caller(f"{api.text}x").get("/groups")
        api.get("/groups?limit=0")

    secret = api.text[len("pops_12345678_") :]
    assert secret not in caplog.text
    assert secret not in hide_tokens(f"Not Found: /api/v1/{api.text}")


def test_what_it_changes_is_kept_as_its_own(practice):
    api = caller("practice:write")
    api.put("/facilities/F-1", {"name": "Lakeside East", "address": "3 Pier Lane"})

    (event,) = Facility.pgh_event_model.objects.select_related("pgh_context")

    assert event.pgh_context.metadata["user"] == api.account.pk
    assert event.pgh_context.metadata["url"] == "/api/v1/facilities/F-1"


class TestTheBackOffice:
    def test_an_administrator_adds_a_system_and_a_key_which_is_shown_once(self, practice, client_of):
        client = client_of(member(ADMIN))
        desk = Role.objects.get(name=DESK)
        client.post(reverse("backoffice:make_service_account"), {"name": "The kiosk", "role": desk.pk})
        account = ServiceAccount.objects.get(name="The kiosk")
        shown = client.post(
            reverse("backoffice:make_key", args=[account.pk]), {"scopes": ["receipts:read"], "good_for": "90"}
        )
        text = shown.context["text"]
        page = client.get(reverse("admin:service_accounts_serviceaccount_change", args=[account.pk]))

        assert text in shown.content.decode()
        assert text not in page.content.decode()
        assert f"pops_{used(account).prefix}_..." in page.content.decode()
        assert "Switched off" not in page.content.decode()
        assert Caller(text).get("/groups").json()["code"] == "scope_missing"

    def test_revoking_says_why_and_is_kept(self, practice, client_of):
        api, admin = caller("practice:read"), member(ADMIN, name="Ada Okafor")
        client = client_of(admin)
        client.post(reverse("backoffice:revoke_key", args=[used(api.account).pk]), {"reason": "The laptop was stolen"})
        history = client.get(reverse("admin:service_accounts_serviceaccount_history", args=[api.account.pk]))

        assert api.get("/groups").json()["code"] == "key_revoked"
        assert "The laptop was stolen" in history.content.decode()
        assert "Ada Okafor" in history.content.decode()

    def test_a_system_that_is_shut_out_and_another_role(self, practice, client_of):
        GroupFactory()
        api = caller("practice:read")
        page = reverse("backoffice:change_service_account", args=[api.account.pk])
        desk = Role.objects.get(name=DESK)
        change = {"role": desk.pk, "is_active": "on", "reason": "It reads nothing of set-up"}
        client = client_of(member(ADMIN))
        client.post(page, change)
        narrowed = api.get("/groups").json()["code"]
        off = client.post(page, {"role": desk.pk, "reason": "Contract ended"}, follow=True)

        assert narrowed == "right_missing"
        assert "Switched off: none of its keys works." in off.content.decode()
        assert api.get("/groups").json()["code"] == "account_off"

    def test_of_one_that_may_more_than_they_the_pages_say_why_instead_of_offering(self, practice, client_of):
        account, client = service_account(ADMIN), client_of(member(ADMIN))
        account.user.user_permissions.add(Permission.objects.get(codename="delete_receipt"))
        key = new_key(account).key
        changed = reverse("admin:service_accounts_serviceaccount_change", args=[account.pk])
        pages = [
            reverse(f"backoffice:{name}", args=[pk])
            for name, pk in (("make_key", account.pk), ("change_service_account", account.pk), ("rotate_key", key.pk))
        ]
        page = client.get(changed).content.decode()

        assert [address in page for address in pages] == [False, False, False]
        assert reverse("backoffice:revoke_key", args=[key.pk]) in page
        for shown in (page, *(client.get(address).content.decode() for address in pages)):
            assert "This service account may do more than you" in shown

    @pytest.mark.parametrize("role", [DESK, MANAGER])
    def test_nobody_else_gets_there(self, practice, client_of, role):
        client, account = client_of(member(role)), service_account()
        pages = [
            reverse("admin:service_accounts_serviceaccount_changelist"),
            reverse("backoffice:make_service_account"),
            reverse("backoffice:make_key", args=[account.pk]),
        ]

        assert {client.get(page).status_code for page in pages} == {403}

    def test_nobody_signs_in_as_a_system(self, practice, client_of):
        user = User.objects.get(service_account=service_account())
        users = reverse("admin:access_user_changelist")
        client = client_of(member(ADMIN))

        assert [str(user) in client.get(users + who).content.decode() for who in ("", "?who=guarantors")] == [
            False,
            False,
        ]

        assert [user.is_staff, user.has_usable_password()] == [False, False]
        assert user.email.endswith(".invalid")
