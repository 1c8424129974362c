"""Opening a QuickPay link: looking changes nothing, what no longer works says so, and no more is shown than may be."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from payments.models import Payment
from pops.core.practice.models import Group
from pops.quickpay.services import make_link
from pops.sessions.models import PortalSession
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.statements import statement_of
from tests.moments import NOON
from tests.payments.stripe_side import start
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


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


def test_what_came_back_for_another_link_of_this_browser_is_not_paid_again(token, enter, stripe_sandbox):
    client, form = enter(token), {"payment_id": uuid.uuid4(), "choice": "current", "shown": "12500 0"}
    client.post("/quickpay/", form)
    other = make_link(guarantor=GuarantorFactory(), origin="text", now=NOON)[1]
    client.post("/q/", {"token": other})

    answer = client.get(f"/quickpay/{form['payment_id']}/return/")

    assert answer.status_code == 404
    assert "What you paid by another link is kept: don’t pay it again." in text_of(answer)
    assert "next=%2Faccount%2F" in answer.content.decode()


def test_what_was_paid_meanwhile_by_another_door_is_said_without_its_receipt(token, enter, owes, pay):
    receipt = pay(owes, cents=5000)

    text = text_of(enter(token).get("/quickpay/"))

    assert "$50.00 was paid on this account just now. Pay again only if you mean to." in text
    assert str(receipt.number) not in text


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


@pytest.mark.parametrize("may_overpay", [True, False])
def test_an_account_that_was_paid_meanwhile_says_so(token, enter, owes, pay, may_overpay):
    Group.objects.update(allow_overpayment=may_overpay)
    pay(owes, cents=12_500)

    text = text_of(enter(token).get("/quickpay/"))

    assert "This bill has been paid. The last payment on this account was made on March 2, 2026." in text
    assert ("Other amount" in text) == may_overpay


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
