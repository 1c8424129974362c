"""Opening a QuickPay link: looking changes nothing, what no longer works says so, and no more is shown than may be."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from payments.models import Payment
from pops.core.practice.models import Group
from pops.quickpay.models import Link
from pops.quickpay.services import make_link, revoke_link
from pops.sessions.keeping import end_session_by_staff
from pops.sessions.models import PortalSession
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.practice import GroupFactory
from tests.factories.statements import statement_of
from tests.moments import NOON
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_looking_changes_nothing_however_often(token, owes):
    scanner = Client(headers={"user-agent": "SafeLinks"})
    answers = [scanner.get(f"/q/{token}/") for _ in range(40)] + [scanner.head(f"/q/{token}/")]

    assert {answer.status_code for answer in answers} == {200}
    assert not Session.objects.exists()
    assert not PortalSession.objects.exists()
    assert "$125.00" not in answers[0].content.decode()


def test_the_token_stands_in_no_address_after_it_and_in_no_referrer(token, enter):
    page = Client().get(f"/q/{token}/")
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in page.headers["Cache-Control"]

    assert token not in enter(token).get("/quickpay/").content.decode()


def test_a_form_of_another_site_opens_nothing(token):
    assert Client(enforce_csrf_checks=True).post("/q/", {"token": token}).status_code == 403


def test_it_shows_the_balance_and_no_more_of_the_name_than_it_may(token, enter, owes):
    owes.group.shown_name = "Lakeside Pediatrics"
    owes.group.save()
    text = text_of(enter(token).get("/quickpay/"))

    for words in ("Lakeside Pediatrics", "Maria A.", "Current Balance", "$125.00", "Other amount"):
        assert words in text
    for words in ("Alvarez", owes.account_number, owes.email, "Annual physical", "Receipts", "Sign out", "Profile"):
        assert words not in text


def test_the_session_remembers_how_it_began(token, enter, owes):
    enter(token)

    session = PortalSession.objects.get()
    assert (session.origin, session.authentication, session.guarantor) == ("text", "quickpay", owes)


def test_every_other_page_is_404_and_says_how_to_sign_in(token, enter, owes, pay):
    receipt, statement = pay(owes), statement_of(owes)
    client = enter(token)

    for address in (
        "/account/",
        "/pay/",
        "/receipts/",
        f"/receipts/{receipt.number}/",
        f"/receipts/{receipt.number}/pdf/",
        f"/statements/{statement.pk}/",
        f"/statements/{statement.pk}/pdf/",
        "/profile/",
        "/credit/",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "$50.00" not in answer.content.decode()
    assert "Sign in and see this page" in text_of(client.get("/receipts/"))
    assert client.post("/profile/name/", {}).status_code == 404
    assert client.get("/sign-in/").status_code == 200


def test_another_receipt_or_payment_is_404(token, enter, owes, pay, stripe_sandbox):
    elsewhere = start(owes)
    pay(owes)
    paid = Payment.objects.get(receipt__isnull=False)
    client = enter(token)

    for payment in (elsewhere, paid):
        for page in ("", "return/", "receipt/"):
            assert client.get(f"/quickpay/{payment.pk}/{page}").status_code == 404
        for page in ("again/", "check/", "receipt/mail/"):
            assert client.post(f"/quickpay/{payment.pk}/{page}", {"email": "a@example.com"}).status_code == 404
    form = {"payment_id": elsewhere.pk, "choice": "other", "other_amount": "50.00", "shown": "7500 0"}
    answer = client.post("/quickpay/", form, follow=True)
    assert answer.status_code == 404


def test_stored_cards_are_neither_offered_nor_kept(token, enter, owes, stripe_sandbox):
    Group.objects.update(store_payment_method=True)
    client = enter(token)
    form = {"payment_id": uuid.uuid4(), "choice": "current", "shown": "12500 0"}
    page = client.post("/quickpay/", form, follow=True)

    assert "Card details" in text_of(page)
    assert "Store card" not in text_of(page)
    address = page.request["PATH_INFO"]
    assert client.post(f"{address}stored/", {"card": 1}).status_code == 404
    answer = client.post(f"{address}check/", {"token": "ctoken_1", "keep_words": "I agree"})
    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["/q/x/", f"/q/{'x' * 43}/", "/q/%2e%2e/"])
def test_a_link_that_nobody_was_given_says_so(token, practice, address):
    answer = Client().get(address)

    assert answer.status_code == 404
    assert "This link is not right" in text_of(answer)


def test_guessing_is_stopped_and_a_right_link_is_opened_all_the_same(token, enter):
    guesses = [Client().get(f"/q/{uuid.uuid4().hex}/").status_code for _ in range(35)]

    assert (guesses[0], guesses[-1]) == (404, 429)
    assert "Too many links" in text_of(Client().post("/q/", {"token": "x"}))
    assert enter(token).get("/quickpay/").status_code == 200


def test_a_link_that_is_opened_like_a_machine_waits_and_who_is_in_and_other_links_do_not(token, enter, owes):
    inside = enter(token)
    for _ in range(29):
        enter(token)

    answer = Client().post("/q/", {"token": token})
    assert (answer.status_code, "opened too often" in text_of(answer)) == (429, True)
    assert PortalSession.objects.count() == 30
    assert inside.post("/q/", {"token": token}).url == "/quickpay/"
    enter(make_link(guarantor=owes, origin="qr", now=NOON)[1])


def expire(link, owes, staff_user):
    Link.objects.filter(pk=link.pk).update(replaced_at=None)
    return NOON + dt.timedelta(days=30)


def replace(link, owes, staff_user):
    Link.objects.filter(pk=link.pk).update(replaced_at=NOON)


def revoke(link, owes, staff_user):
    revoke_link(link_id=link.pk, now=NOON, by=staff_user)


def move(link, owes, staff_user):
    owes.group = GroupFactory()
    owes.save()


def switch_off(link, owes, staff_user):
    Group.objects.update(quickpay=False)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (expire, "good for a time that is over"),
        (replace, "A newer statement has replaced"),
        (revoke, "The practice has withdrawn this link"),
        (move, "The account of this link has moved"),
        (switch_off, "not offered here any more"),
    ],
)
def test_a_link_that_no_longer_works_says_why_and_whom_to_call(token, owes, staff_user, time_machine, end, words):
    Group.objects.update(footer_phone="(555) 010-2030")
    if later := end(Link.objects.get(), owes, staff_user):
        time_machine.move_to(later, tick=False)

    for answer in (Client().get(f"/q/{token}/"), Client().post("/q/", {"token": token})):
        assert answer.status_code == 410
        assert words in text_of(answer)
        assert "Sign in to pay" in text_of(answer)
        assert "call us at (555) 010-2030" in text_of(answer)


def test_a_revoked_link_shows_out_who_is_in_and_an_expired_one_lets_them_finish(
    token, enter, owes, staff_user, time_machine
):
    _, short = make_link(guarantor=owes, origin="qr", now=NOON, good_for=dt.timedelta(minutes=1))
    in_by_short, client = enter(short), enter(token)
    time_machine.move_to(NOON + dt.timedelta(minutes=2), tick=False)
    revoke_link(link_id=Link.objects.get(origin="text").pk, now=NOON, by=staff_user)

    assert in_by_short.get("/quickpay/").status_code == 200
    answer = client.get("/quickpay/")
    assert answer.status_code == 410
    assert "If you have just paid, your payment is kept" in text_of(answer)


@pytest.mark.parametrize("may_overpay", [True, False])
def test_an_account_that_was_paid_meanwhile_says_so(token, enter, owes, pay, may_overpay):
    Group.objects.update(allow_overpayment=may_overpay)
    pay(owes, cents=12_500)

    text = text_of(enter(token).get("/quickpay/"))

    assert "This bill has been paid. The last payment on this account was made on March 2, 2026." in text
    assert ("Other amount" in text) == may_overpay


def test_without_a_link_the_pages_say_to_open_it_again(token, enter):
    client = enter(token)
    client.session.flush()

    assert "Open your link again" in text_of(client.get("/quickpay/"))
    assert Client().get("/quickpay/").status_code == 403
    answer = Client().get(f"/quickpay/{uuid.uuid4()}/return/")
    assert "Your payment was sent: don’t pay it again" in text_of(answer)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/quickpay/", "The practice closed this page. Nothing more was charged."),
        (f"/quickpay/{uuid.UUID(int=1)}/return/", "Your payment was sent: don’t pay it again."),
        (f"/quickpay/{uuid.UUID(int=1)}/return/", "This page was closed meanwhile by the practice."),
    ],
)
def test_what_staff_ended_says_so(token, enter, staff_user, page, words):
    client = enter(token)
    end_session_by_staff(session_id=PortalSession.objects.get().pk, now=NOON, by=staff_user)

    text = text_of(client.get(page))

    assert words in text
    assert "nothing happened here" not in text


def test_the_session_lasts_as_the_group_says_and_a_click_extends_it(token, enter, time_machine):
    Group.objects.update(session_minutes=5)
    client = enter(token)
    client.get("/quickpay/")
    assert client.get("/session/").json() == {"seconds": 300}

    time_machine.move_to(NOON + dt.timedelta(minutes=4), tick=False)
    assert client.get("/session/").json() == {"seconds": 60}
    assert client.post("/session/").json() == {"seconds": 300}
    time_machine.move_to(NOON + dt.timedelta(minutes=9, seconds=1), tick=False)
    assert client.get("/quickpay/").status_code == 403


def test_who_is_signed_in_stays_so_and_sees_the_links_account_beside_it(token, owes, client_of):
    other = GuarantorFactory(name="Eleni Papadopoulou")
    ServiceLineFactory(guarantor=other, billed_cents=700)
    client = client_of(other)
    client.post("/q/", {"token": token})

    text = text_of(client.get("/quickpay/"))
    assert "$125.00" in text
    assert "$7.00" not in text
    assert "Sign out" not in text
    assert "$7.00" in text_of(client.get("/pay/"))


def test_opened_once_more_it_goes_on_and_the_first_tab_still_pays(token, enter, owes, stripe_sandbox):
    client = enter(token)
    form = {"payment_id": uuid.uuid4(), "choice": "current", "shown": "12500 0"}
    client.post("/quickpay/", form, follow=True)

    assert client.post("/q/", {"token": token}).url == "/quickpay/"

    stripe_sandbox.confirm(Payment.objects.get().intent_id)
    receipt = client.get(f"/quickpay/{form['payment_id']}/return/", follow=True)
    assert "Paid $125.00" in text_of(receipt)
    assert PortalSession.objects.count() == 1
    client.post("/q/", {"token": make_link(guarantor=owes, origin="qr", now=NOON)[1]})
    assert PortalSession.objects.filter(ended_at=None).get().origin == "qr"


def test_no_address_of_it_leads_away_from_here(token):
    client = Client()
    for query in ("?next=https://evil.example/", "?next=//evil.example"):
        assert client.post(f"/q/{query}", {"token": token, "next": "//evil.example"}).url == "/quickpay/"


def test_it_is_closed_until_the_practice_opens(token, practice):
    practice.opened_at = None
    practice.save()

    assert Client().get(f"/q/{token}/").status_code == 503
    assert Client().get("/quickpay/").status_code == 503
