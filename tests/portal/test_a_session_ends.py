"""A session that ended: who was signed out learns it, comes back, and loses nothing typed at the desk."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from batches.models import ReferenceBatch
from pops.web.sign_in.session_end import BACK_AGAIN, FORM_AGAIN, SIGNED_OUT
from tests.factories.payments import PaymentFactory
from tests.factories.staff import DESK, member
from tests.moments import NOON
from tests.portal.sign_in_codes import newest_code

pytestmark = pytest.mark.usefixtures("mail_at_once")

PASSWORD = "a long sentence for a test"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPEN = "/admin/desk/batch/"


def end_sessions():
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))


def next_of(door):
    return parse_qs(urlsplit(door).query)["next"][0]


def sign_in_by_code(client, email, door):
    client.post(door, {"email": email, "next": next_of(door)})
    return client.post("/sign-in/code/", {"code": newest_code(), "next": next_of(door)}, follow=True)


def sign_in_by_password(client, user, door):
    TOTP.activate(user, SECRET)
    form = {"login": user.email, "password": PASSWORD, "next": next_of(door)}
    client.post(door, form)
    code = format_hotp_value(hotp_value(SECRET, int(timezone.now().timestamp()) // 30))
    return client.post("/staff/sign-in/authenticator/", {"code": code}, follow=True)


@pytest.fixture
def dana(practice):
    dana = member(DESK, email="dana@example.com")
    dana.set_password(PASSWORD)
    dana.save()
    return dana


def test_a_guarantor_is_told_and_comes_back_to_the_same_page(guarantor, client_of):
    client = client_of(guarantor)
    end_sessions()

    door = client.get("/receipts/?q=17")
    assert SIGNED_OUT in client.get(door.url).content.decode()
    page = sign_in_by_code(client, guarantor.email, door.url)

    assert page.redirect_chain[-1][0] == "/receipts/?q=17"
    assert BACK_AGAIN in page.content.decode()
    assert BACK_AGAIN not in client.get("/receipts/").content.decode()


def test_who_was_never_signed_in_is_told_nothing(guarantor):
    client = Client()
    page = client.get("/receipts/", follow=True).content.decode()
    assert SIGNED_OUT not in page

    sign_in_by_code(client, guarantor.email, "/sign-in/?next=/receipts/")
    assert BACK_AGAIN not in client.get("/").content.decode()


def test_who_signed_out_is_told_nothing(guarantor, client_of):
    client = client_of(guarantor)
    client.post("/sign-out/")

    assert SIGNED_OUT not in client.get("/", follow=True).content.decode()


def test_a_form_leads_back_to_the_page_it_was_sent_from(guarantor, client_of):
    client = client_of(guarantor)
    end_sessions()

    answer = client.post("/pay/", {"choice": "current"}, headers={"referer": "http://testserver/pay/?x=1#top"})
    elsewhere = client_of(guarantor)
    end_sessions()
    from_elsewhere = elsewhere.post("/pay/", {}, headers={"referer": "https://evil.example/pay/"})

    assert answer.url == "/sign-in/?next=/pay/%3Fx%3D1"
    assert from_elsewhere.url == "/sign-in/?next=/"


def send_late(client):
    end_sessions()
    typed = {"description": "Mail of Tuesday", "reference_total_cents": "12.3x", "note": ""}
    return client.post(OPEN, typed, headers={"referer": f"http://testserver{OPEN}"})


def test_a_desk_form_that_came_too_late_is_there_again(dana, client_of):
    client = client_of(dana)

    door = send_late(client)
    assert SIGNED_OUT in client.get(door.url).content.decode()
    page = sign_in_by_password(client, dana, door.url)

    assert page.redirect_chain[-1][0] == OPEN
    shown = page.content.decode()
    assert FORM_AGAIN in shown
    assert "Mail of Tuesday" in shown
    assert "12.3x" in shown
    assert not ReferenceBatch.objects.exists()
    assert "Mail of Tuesday" not in client.get(OPEN).content.decode()


def test_nobody_else_sees_what_was_typed(dana, client_of):
    lee = member(DESK, email="lee@example.com")
    lee.set_password(PASSWORD)
    lee.save()
    client = client_of(dana)

    door = send_late(client)
    page = sign_in_by_password(client, lee, door.url)

    assert page.redirect_chain[-1][0] == OPEN
    assert "Mail of Tuesday" not in page.content.decode()
    assert "Mail of Tuesday" not in str(dict(client.session))


def test_a_page_that_leaves_by_itself_has_its_form_kept(dana, client_of):
    client = client_of(dana)
    end_sessions()

    answer = client.post("/session/kept/", {"kept_page": OPEN, "description": "Mail of Tuesday"})
    assert answer.url == OPEN
    page = sign_in_by_password(client, dana, client.get(OPEN).url)

    assert "Mail of Tuesday" in page.content.decode()


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "/pay/", "/nowhere/", "", "/session/"])
def test_only_forms_of_the_desk_are_kept(dana, client_of, page):
    client = client_of(dana)

    assert client.post("/session/kept/", {"kept_page": page, "x": "1"}).url == "/"
    assert "kept_form" not in client.session


def test_a_payment_that_was_sent_is_not_paid_again(guarantor, client_of):
    payment = PaymentFactory(guarantor=guarantor)
    client = client_of(guarantor)
    end_sessions()

    door = client.get(f"/pay/{payment.pk}/return/")

    page = client.get(door.url).content.decode()
    assert "You were signed out. Your payment was sent; don&#x27;t pay it again. Sign in to see the receipt." in page


def test_looking_how_long_a_session_lasts_is_no_use_of_it(guarantor, client_of, time_machine):
    time_machine.move_to(NOON, tick=False)
    client = client_of(guarantor)
    client.get("/")
    time_machine.move_to(NOON + dt.timedelta(minutes=28), tick=False)

    assert client.get("/session/").json() == {"seconds": 120}
    assert client.get("/session/").json() == {"seconds": 120}
    assert client.post("/session/").json() == {"seconds": settings.SESSION_COOKIE_AGE}
    assert client.get("/session/").json() == {"seconds": 1800}

    time_machine.move_to(NOON + dt.timedelta(minutes=59), tick=False)
    assert client.get("/session/").json() == {"seconds": 0}
    assert client.post("/session/").json() == {"seconds": 0}
