"""Apple Pay and Google Pay: offered by option, refused when switched off, recorded whatever was offered."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments.gateway.client import client as stripe_client
from payments.models import Payment
from payments.truth import bring_up_to_date
from pops.core.practice.models import Group
from tests.factories.accounts import ServiceLineFactory
from tests.payments.stripe_side import owe_two, start, start_split, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice", "stripe_sandbox")]
BOTH = "apple_pay google_pay"


@pytest.fixture
def portal(guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    return client_of(guarantor)


def set_options(**options):
    Group.objects.update(**options)


def offered(portal, payment):
    page = portal.get(f"/pay/{payment.pk}/").content.decode()
    found = re.search(r'data-wallets="([^"]*)"', page)
    return (found.group(1) if found else None), "payment-element" in page


def check(portal, payment, token):
    return portal.post(f"/pay/{payment.pk}/check/", {"token": token})


@pytest.mark.parametrize(
    ("options", "wallets", "card"),
    [
        ({}, "", True),
        ({"apple_pay": True}, "apple_pay", True),
        ({"google_pay": True}, "google_pay", True),
        ({"apple_pay": True, "google_pay": True}, BOTH, True),
        ({"apple_pay": True, "google_pay": True, "credit_card": False}, BOTH, False),
        ({"apple_pay": True, "google_pay": True, "split_payments": "facility"}, "", True),
        ({"apple_pay": True, "google_pay": True, "split_payments": "provider", "credit_card": False}, None, False),
    ],
)
def test_what_is_offered_is_what_the_group_has_on(portal, guarantor, options, wallets, card):
    set_options(**options)

    assert offered(portal, start(guarantor)) == (wallets, card)


@pytest.mark.parametrize(("wallet", "name"), [("apple_pay", "Apple Pay"), ("google_pay", "Google Pay")])
def test_a_wallet_that_is_switched_off_is_refused_before_anything_is_charged(
    portal, guarantor, stripe_sandbox, wallet, name
):
    set_options(**{wallet: True})
    payment, token = start(guarantor), stripe_sandbox.wallet_token(wallet)["id"]
    assert check(portal, payment, token).status_code == 200

    set_options(**{wallet: False})

    answer = check(portal, payment, token)
    assert (answer.status_code, answer.json()["words"]) == (
        422,
        f"Paying by {name} is not offered here any more. Choose another way to pay.",
    )


def test_with_credit_card_off_a_typed_card_is_refused_whatever_the_browser_says(portal, guarantor):
    set_options(credit_card=False, google_pay=True)

    answer = check(portal, start(guarantor), token_of())

    assert answer.status_code == 422
    assert "Paying by Credit Card is not offered here any more." in answer.json()["words"]


def test_what_stripe_has_no_token_of_is_looked_at(portal, guarantor):
    payment = start(guarantor)

    assert check(portal, payment, "ctoken_unknown").status_code == 409
    assert check(portal, payment, "pm_card_visa").status_code == 422
    assert check(portal, payment, "").status_code == 422


def test_a_payment_by_a_wallet_that_was_switched_off_meanwhile_is_still_money(guarantor, stripe_sandbox):
    set_options(google_pay=False)
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id, wallet="google_pay")

    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert payment.receipt.transactions.get().paid_with == "Google Pay (Visa ending in 4242)"


def test_often_pressed_it_is_refused_for_a_while(portal, guarantor):
    payment = start(guarantor)
    answers = [check(portal, payment, "") for _ in range(61)]

    assert "That was too often in a short time." in answers[-1].json()["words"]
    assert "token" not in answers[-1].json()["words"]


def test_the_domain_is_registered_by_command(settings, capsys, db):
    settings.SITE_URL = "https://pay.lakeside.example"
    call_command("register_wallet_domain")

    assert "pay.lakeside.example is registered for Apple Pay and Google Pay." in capsys.readouterr().out
    assert stripe_client().v1.payment_method_domains.list({"domain_name": "pay.lakeside.example"}).data


def test_a_payment_in_parts_is_paid_by_none_though_the_group_splits_no_more(guarantor, client_of, stripe_sandbox):
    owe_two(guarantor)
    portal, payment = client_of(guarantor), start_split(guarantor)
    set_options(google_pay=True, split_payments=Group.SplitPayments.NONE)

    assert offered(portal, payment) == ("", True)
    refused = check(portal, payment, stripe_sandbox.wallet_token("google_pay")["id"])
    assert (refused.status_code, "not offered" in refused.json()["words"]) == (422, True)
