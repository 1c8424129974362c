"""Staff enter with a password and an authenticator; there is no way around either."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from pops.core.access.models import User
from tests.factories.accounts import GuarantorFactory

PASSWORD = "a long sentence for a test"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def dana(practice):
    return User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)


def sign_in(client, user):
    return client.post("/staff/sign-in/", {"login": user.email, "password": PASSWORD}, follow=True)


def code():
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def test_the_first_sign_in_leads_to_the_authenticator_and_nowhere_else(client, dana):
    page = sign_in(client, dana)

    assert "Set up your authenticator" in page.content.decode()
    for address in ("/admin/", "/admin/receipts/receipt/", "/admin/desk/batch/"):
        assert client.get(address)["Location"] == "/staff/authenticator/"


def test_with_an_authenticator_the_password_alone_opens_nothing(client, dana):
    TOTP.activate(dana, SECRET)

    page = sign_in(client, dana)

    assert "Enter your authenticator code" in page.content.decode()
    assert client.get("/admin/").status_code == 302
    assert client.post("/staff/sign-in/authenticator/", {"code": "000000"}).status_code == 200
    assert client.post("/staff/sign-in/authenticator/", {"code": code()}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_session_that_passed_by_the_authenticator_is_ended(dana):
    TOTP.activate(dana, SECRET)
    client = Client()
    client.force_login(dana)

    assert "/staff/sign-in/" in client.get("/admin/")["Location"]
    assert client.get("/admin/")["Location"].startswith("/")
    assert "_auth_user_id" not in client.session


def test_guarantors_have_no_authenticator_page(client_of, practice):
    client = client_of(GuarantorFactory())

    assert client.get("/staff/authenticator/").status_code == 404
