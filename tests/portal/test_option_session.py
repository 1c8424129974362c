"""Session length and extension are the group's: how long one lasts without use, and whether a click extends it."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from pops.core.practice.models import Group
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.practice import GroupFactory


def seconds_left():
    return (Session.objects.get().expire_date - timezone.now()).total_seconds()


def end_in(seconds):
    Session.objects.update(expire_date=timezone.now() + dt.timedelta(seconds=seconds))


def test_it_lasts_as_long_as_the_group_says(guarantor, client_of):
    client = client_of(guarantor)
    client.get("/")
    assert 1700 < seconds_left() <= settings.SESSION_COOKIE_AGE

    Group.objects.update(session_minutes=5)
    client.get("/")

    assert 240 < seconds_left() <= 300


def test_a_short_one_is_kept_alive_by_use(guarantor, client_of):
    Group.objects.update(session_minutes=5)
    client = client_of(guarantor)
    client.get("/")
    session = client.session
    session["used_at"] -= 60
    session.save()
    end_in(100)

    client.get("/")

    assert seconds_left() > 240


def test_the_cookie_still_ends_with_the_browser(guarantor, client_of):
    Group.objects.update(session_minutes=60)
    client = client_of(guarantor)
    client.get("/")

    assert seconds_left() > 3500
    assert client.get("/receipts/").cookies.get("sessionid", {"max-age": ""})["max-age"] == ""


def test_staff_keep_the_houses_length(staff_user, client_of, practice):
    GroupFactory(session_minutes=5)
    client_of(staff_user).get("/admin/")

    assert seconds_left() > 1700


@pytest.mark.parametrize(("extends", "low", "high"), [(True, 1700, 1800), (False, 0, 100)])
def test_a_click_extends_it_only_where_the_group_lets_it(guarantor, client_of, extends, low, high):
    Group.objects.update(session_extension=extends)
    client = client_of(guarantor)
    page = client.get("/").content.decode()
    end_in(100)

    told = client.post("/session/").json()["seconds"]

    assert low <= told <= high
    assert low <= seconds_left() <= high
    assert ("Stay signed in" in page) is extends


def test_a_login_of_two_groups_has_the_strictest(client_of, guarantor):
    other = GuarantorFactory(group=GroupFactory(session_minutes=10, session_extension=False), login=False)
    link(other, login_of(guarantor))
    client = client_of(guarantor)
    client.get("/accounts/")

    assert seconds_left() <= 600
    assert client.post("/session/").json()["seconds"] <= 600


@pytest.mark.django_db(transaction=True)
def test_where_nothing_extends_it_the_warning_is_said_once_and_closed(page, live_server, guarantor, sign_in):
    Group.objects.update(session_extension=False)
    page.clock.install()
    sign_in(guarantor).goto(live_server.url)
    end_in(100)
    page.clock.fast_forward("25:00")
    warning = page.get_by_role("alertdialog", name="Your time here ends")
    warning.wait_for()

    warning.get_by_role("button", name="Close this message").click()
    with page.expect_response("**/session/"):
        page.clock.fast_forward("00:11")

    expect(warning).to_be_hidden()
    assert seconds_left() < 100
