"""Headers and cookies of every page; CSRF everywhere but the signed webhook."""

import pytest
from django.test import Client

from tests.factories.accounts import login_of


def test_the_content_security_policy_allows_no_inline_code(guarantor, client_of):
    policy = client_of(guarantor).get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_page_has_inline_code(guarantor, client_of, pay):
    receipt = pay(guarantor)
    client = client_of(guarantor)

    for address in ("/", "/pay/", "/receipts/", f"/receipts/{receipt.number}/"):
        page = client.get(address).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


@pytest.mark.parametrize("address", ["/pay/", "/sign-in/", "/sign-out/", "/staff/sign-in/"])
def test_a_post_without_a_token_is_refused(guarantor, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(login_of(guarantor))

    assert client.post(address, {}).status_code == 403


def test_signing_out_ends_the_session(guarantor, client_of):
    client = client_of(guarantor)
    client.post("/sign-out/")

    assert client.get("/receipts/").status_code == 302


def test_health_answers_without_sign_in(db):
    assert Client().get("/health/").json() == {"status": "ok"}


@pytest.mark.parametrize("address", ["/sign-in/", "/staff/sign-in/", "/pay/", "/admin/"])
def test_a_form_in_unreadable_letters_gets_a_page(db, practice, address):
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")

    answer = client.post(address, b"a=b", content_type="application/x-www-form-urlencoded; charset=utf-16")

    assert answer.status_code == 400
    assert "We couldn’t read that request" in answer.content.decode()
