"""Paying by a stored card, and the cards on the Profile page."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from payments.gateway.client import client as stripe_client
from payments.models import Payment, StoredCard
from payments.tasks import sweep_cards
from pops.core.practice.models import Group
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.payments.stripe_side import start, store_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice", "stripe_sandbox")]


@pytest.fixture
def card(guarantor):
    set_options(guarantor, store_payment_method=True, require_cvv=False)
    ServiceLineFactory(guarantor=guarantor, billed_cents=50_000)
    return store_card(guarantor)


@pytest.fixture
def portal(guarantor, client_of):
    return client_of(guarantor)


def set_options(guarantor, **options):
    Group.objects.filter(pk=guarantor.group_id).update(**options)
    guarantor.group.refresh_from_db()


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def pay(portal, payment, card, **more):
    return portal.post(f"/pay/{payment.pk}/stored/", {"card": card.pk, **more}, follow=True)


def code():
    return stripe_client().v1.tokens.create({"cvc_update": {"cvc": "123"}}).id


def test_it_is_offered_first_and_pays(portal, guarantor, card):
    payment = start(guarantor, cents=2500)

    page = text_of(portal.get(f"/pay/{payment.pk}/"))
    assert page.index("Visa ending in 4242") < page.index("Pay with another card")
    assert "Expires 12/2034" in page
    answer = pay(portal, payment, card)

    receipt = Receipt.objects.get(payment=payment)
    assert answer.redirect_chain[-1][0] == f"/receipts/{receipt.number}/"
    assert (receipt.amount_cents, receipt.transactions.get().paid_with) == (2500, "Visa ending in 4242")
    assert stripe_client().v1.payment_intents.retrieve(payment.intent_id).payment_method == card.stripe_id


def test_where_the_group_requires_it_its_security_code_is_typed_anew(portal, guarantor, card):
    set_options(guarantor, require_cvv=True)
    payment = start(guarantor)
    assert "Security code of the card" in text_of(portal.get(f"/pay/{payment.pk}/"))

    without = pay(portal, payment, card)

    assert without.status_code == 422
    assert "Nothing was charged.</strong> Enter the security code of your card." in text_of(without)
    assert Receipt.objects.count() == 1, "that of the payment it was kept with"
    pay(portal, payment, card, code_token=code())
    assert Receipt.objects.filter(payment=payment, status=Receipt.Status.PAID).exists()
    options = stripe_client().v1.payment_intents.retrieve(payment.intent_id).payment_method_options
    assert options.card.require_cvc_recollection, "Stripe refuses it too"


def test_pressed_twice_it_is_charged_once(portal, guarantor, card, stripe_sandbox):
    payment = start(guarantor)

    pay(portal, payment, card)
    pay(portal, payment, card)

    assert Receipt.objects.filter(payment=payment).count() == 1
    charges = stripe_client().v1.charges.list({"payment_intent": payment.intent_id}).data
    assert len(charges) == 1


def test_a_declined_card_makes_an_unsuccessful_receipt_and_stays_stored(portal, guarantor, card):
    set_options(guarantor, require_cvv=False)
    customer = card.consent.customer_id
    declines = stripe_client().v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    StoredCard.objects.filter(pk=card.pk).update(removed_at=timezone.now(), removal="guarantor")
    other = start(guarantor)
    declining = StoredCard.objects.create(
        guarantor=guarantor,
        consent=type(card.consent).objects.create(
            payment=other, customer_id=customer, words="I agree", agreed_at=timezone.now()
        ),
        stripe_id=declines.id,
        brand="visa",
        last4="0341",
        expires_on=dt.date(2034, 12, 31),
    )
    payment = start(guarantor)

    page = text_of(pay(portal, payment, declining))

    assert "Payment unsuccessful" in page
    assert "Your bank declined the card." in page
    assert not StoredCard.objects.get(pk=declining.pk).removed_at


def test_where_the_bank_asks_the_page_leads_there_and_back(portal, guarantor, card, stripe_sandbox):
    asking = store_card_that_asks(guarantor, card)
    payment = start(guarantor)

    page = text_of(pay(portal, payment, asking))

    assert "Nothing was charged yet.</strong> Your bank asks you to confirm the payment" in page
    assert f'href="{stripe_sandbox.url}/3ds?' in page
    stripe_sandbox.authenticate(payment.intent_id)
    answer = portal.get(f"/pay/{payment.pk}/return/", follow=True)
    assert f"/receipts/{Receipt.objects.get(payment=payment).number}/" == answer.redirect_chain[-1][0]


def store_card_that_asks(guarantor, card):
    method = stripe_client().v1.payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": card.consent.customer_id}
    )
    consent = type(card.consent).objects.create(
        payment=start(guarantor), customer_id=card.consent.customer_id, words="I agree", agreed_at=timezone.now()
    )
    return StoredCard.objects.create(
        guarantor=guarantor,
        consent=consent,
        stripe_id=method.id,
        brand="visa",
        last4="3184",
        expires_on=dt.date(2034, 12, 31),
    )


def test_an_expired_card_is_not_offered_and_is_refused(portal, guarantor, card):
    StoredCard.objects.update(expires_on=dt.date(2020, 1, 31))
    payment = start(guarantor)

    assert "Visa ending in 4242" not in text_of(portal.get(f"/pay/{payment.pk}/"))
    answer = pay(portal, payment, card)

    assert (answer.status_code, Receipt.objects.count()) == (422, 1)
    assert "Nothing was charged.</strong> Visa ending in 4242 has expired." in text_of(answer)
    assert "Expired 01/2020: it is not offered any more" in text_of(portal.get("/profile/"))


@pytest.mark.parametrize("option", ["store_payment_method", "credit_card"])
def test_with_the_option_off_it_is_neither_offered_nor_charged_and_can_be_removed(portal, guarantor, card, option):
    payment = start(guarantor)
    set_options(guarantor, google_pay=True, **{option: False})

    page = text_of(portal.get(f"/pay/{payment.pk}/"))
    answer = pay(portal, payment, card)

    assert "Visa ending in 4242" not in page
    assert "Store card for future use" not in page
    assert (answer.status_code, Receipt.objects.count()) == (422, 1)
    assert "Stored cards are not offered here any more." in text_of(answer)
    assert "Remove Visa ending in 4242" in text_of(portal.get("/profile/"))


def test_a_removed_card_is_gone_here_and_at_stripe(portal, guarantor, card):
    payment = start(guarantor)

    page = portal.post(f"/profile/cards/{card.pk}/remove/", follow=True)

    assert "Visa ending in 4242 is removed." in text_of(page)
    assert stripe_client().v1.payment_methods.retrieve(card.stripe_id).customer is None
    assert "Visa ending in 4242" not in text_of(portal.get(f"/pay/{payment.pk}/"))
    answer = pay(portal, payment, card)
    assert answer.status_code == 422
    assert "Nothing was charged.</strong> This card is not stored any more." in text_of(answer)


def test_with_stripe_away_a_removed_card_is_offered_no_more_and_the_sweep_has_stripe_forget_it(
    portal, guarantor, card, stripe_sandbox
):
    stripe_sandbox.fail_next(500, times=1, path=f"/v1/payment_methods/{card.stripe_id}/detach")

    portal.post(f"/profile/cards/{card.pk}/remove/")

    card.refresh_from_db()
    assert card.removed_at
    assert card.detached_at is None
    assert "Pay with a stored card" not in text_of(portal.get(f"/pay/{start(guarantor).pk}/"))
    sweep_cards()
    card.refresh_from_db()
    assert card.detached_at
    assert stripe_client().v1.payment_methods.retrieve(card.stripe_id).customer is None


def test_a_card_that_was_removed_at_stripe_without_a_word_says_so_and_charges_nothing(portal, guarantor, card):
    stripe_client().v1.payment_methods.detach(card.stripe_id)
    payment = start(guarantor)

    answer = pay(portal, payment, card)

    assert answer.status_code == 422
    assert "Nothing was charged.</strong> This card is not stored any more." in text_of(answer)
    assert Payment.objects.get(pk=payment.pk).state == Payment.State.STARTED, "another card can pay it"


def test_with_stripe_away_nobody_is_told_that_nothing_was_charged(portal, guarantor, card, stripe_sandbox):
    payment = start(guarantor)
    path = f"/v1/payment_intents/{payment.intent_id}/confirm"
    stripe_sandbox.fail_next(0, times=9, path=path, executed=True)

    pay(portal, payment, card)

    assert Receipt.objects.get(payment=payment).amount_cents == 5000, "the answer was lost, not the money"


def test_the_default_is_offered_first(portal, guarantor, card):
    other = store_card(guarantor, method="pm_card_mastercard")
    page = text_of(portal.get(f"/pay/{start(guarantor).pk}/"))
    assert page.index("Mastercard ending in 4444") < page.index("Visa ending in 4242")

    answer = portal.post(f"/profile/cards/{card.pk}/default/", follow=True)

    assert "Visa ending in 4242 is your default card now." in text_of(answer)
    page = text_of(portal.get(f"/pay/{start(guarantor).pk}/"))
    assert page.index("Visa ending in 4242") < page.index(other.words)


def test_the_profile_shows_what_was_agreed_to(portal, card):
    page = text_of(portal.get("/profile/"))

    for words in ("Visa ending in 4242", "Expires 12/2034", card.consent.words):
        assert words in page


def test_somebody_elses_card_is_not_there(portal, guarantor, card):
    theirs = store_card(GuarantorFactory(group=guarantor.group))
    payment = start(guarantor)

    assert pay(portal, payment, theirs).status_code == 404
    assert portal.post(f"/profile/cards/{theirs.pk}/remove/").status_code == 404
    assert portal.post(f"/profile/cards/{theirs.pk}/default/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.removed_at is None
