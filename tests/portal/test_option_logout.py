"""Logout function: signed out, signed out and the page closed, or none."""

import pytest

from pops.core.practice.models import Group
from tests.factories.practice import GroupFactory

Function = Group.LogoutFunction


@pytest.fixture
def client_with(guarantor, client_of):
    def client_with(function):
        Group.objects.update(logout_function=function)
        return client_of(guarantor)

    return client_with


def is_signed_in(client):
    return client.get("/receipts/").status_code == 200


def test_logout_leads_to_sign_in(client_with):
    client = client_with(Function.LOGOUT)
    assert "Sign out" in client.get("/").content.decode()

    assert client.post("/sign-out/").url == "/sign-in/"
    assert not is_signed_in(client)


def test_close_leads_to_a_page_that_closes(client_with):
    client = client_with(Function.CLOSE)

    page = client.post("/sign-out/", follow=True)

    assert page.redirect_chain[-1][0] == "/signed-out/"
    assert "You can close this page now." in page.content.decode()
    assert "js/close.js" in page.content.decode()
    assert not is_signed_in(client)


def test_none_has_no_button_and_signs_nobody_out(client_with):
    client = client_with(Function.NONE)
    assert "Sign out" not in client.get("/").content.decode()

    page = client.post("/sign-out/", follow=True)

    assert "Signing out is switched off here" in page.content.decode()
    assert is_signed_in(client)


def test_staff_always_sign_out(client_of, staff_user, practice):
    GroupFactory(logout_function=Function.NONE)
    client = client_of(staff_user)

    assert client.post("/sign-out/").url == "/sign-in/"


@pytest.mark.django_db(transaction=True)
def test_a_page_that_another_opened_closes_itself(page, live_server, sign_in, guarantor):
    Group.objects.update(logout_function=Function.CLOSE)
    sign_in(guarantor).goto(f"{live_server.url}/health/")
    with page.context.expect_page() as opened:
        page.evaluate("url => { window.open(url) }", live_server.url)
    portal = opened.value

    with portal.expect_event("close"):
        portal.get_by_role("button", name="Sign out").click()
