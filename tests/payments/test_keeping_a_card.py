"""A card is kept only when its owner ticked that, with what they agreed to; what Stripe says of it is followed."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from payments.cards.stored import find_cards
from payments.confirming import check_confirmation
from payments.gateway.client import client
from payments.models import CardConsent, Payment, StoredCard
from payments.tasks import sweep_cards, work_off_events
from payments.truth import bring_up_to_date
from pops.core.accounts.merging import merge_guarantors
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from tests.factories.accounts import GuarantorFactory
from tests.payments.stripe_side import AGREED, deliver_all, post_event, start, store_card, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]
KEEPS = {"setup_future_usage": "on_session"}


@pytest.fixture(autouse=True)
def stores(stripe_sandbox, guarantor):
    Group.objects.update(store_payment_method=True)
    guarantor.group.refresh_from_db()


def pay_with(payment, method="pm_card_visa", agreed=None):
    token = token_of(method, **(KEEPS if agreed else {}))
    check_confirmation(payment=payment, token_id=token, agreed=agreed, now=timezone.now())
    return token


def confirm(payment, token):
    client().v1.payment_intents.confirm(payment.intent_id, {"confirmation_token": token})


def kept_at_stripe(card):
    return [one.id for one in client().v1.payment_methods.list({"customer": card.consent.customer_id}).data]


def test_not_ticked_nothing_is_kept_and_stripe_learns_of_no_customer(guarantor):
    payment = start(guarantor)
    confirm(payment, pay_with(payment))
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    assert not StoredCard.objects.exists()
    assert not CardConsent.objects.exists()
    assert client().v1.customers.list().data == []


def test_ticked_it_is_kept_with_what_was_agreed_to_when_and_from_where(guarantor):
    card = store_card(guarantor)

    assert (card.words, card.expiry, card.consent.words) == ("Visa ending in 4242", "12/2034", AGREED.words)
    assert (card.consent.from_address, card.consent.from_browser) == ("192.0.2.7", "Firefox")
    assert card.consent.agreed_at <= card.kept_at
    assert kept_at_stripe(card) == [card.stripe_id]
    customer = client().v1.customers.retrieve(card.consent.customer_id)
    assert (customer.name, customer.email, customer.phone) == (None, None, None), "Stripe learns ids only"
    assert customer.metadata.pops_guarantor == str(guarantor.pk)


@pytest.mark.parametrize("change", [{"words": "Anything goes"}, {"cap_cents": 100}, {"from_address": "198.51.100.1"}])
def test_what_was_agreed_to_cannot_be_edited(guarantor, change):
    consents = CardConsent.objects.filter(card=store_card(guarantor))

    with pytest.raises(DatabaseError), transaction.atomic():
        consents.update(**change)


def test_a_removed_card_cannot_be_brought_back(guarantor):
    cards = StoredCard.objects.filter(pk=store_card(guarantor).pk)
    cards.update(removed_at=timezone.now(), removal=StoredCard.Removal.GUARANTOR)

    with pytest.raises(DatabaseError), transaction.atomic():
        cards.update(removed_at=None, removal="")


def test_of_a_declined_card_nothing_is_kept(guarantor):
    payment = start(guarantor)
    token = pay_with(payment, "pm_card_chargeDeclined", AGREED)
    with pytest.raises(Exception, match="declined"):
        confirm(payment, token)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    sweep_cards()

    assert not StoredCard.objects.exists()
    assert not CardConsent.objects.exists()


def test_ticked_in_one_try_and_not_in_the_next_nothing_is_kept(guarantor):
    payment = start(guarantor)
    pay_with(payment, agreed=AGREED)
    confirm(payment, pay_with(payment))
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    assert not StoredCard.objects.exists()
    assert not CardConsent.objects.exists()


def test_what_the_server_was_told_and_what_stripe_was_must_be_the_same(guarantor):
    payment = start(guarantor)

    for token, agreed in ((token_of(**KEEPS), None), (token_of(), AGREED)):
        with pytest.raises(Refused, match="not clear whether the card is to be stored"):
            check_confirmation(payment=payment, token_id=token, agreed=agreed, now=timezone.now())


def test_with_the_option_off_none_is_kept(guarantor):
    guarantor.group.store_payment_method = False

    with pytest.raises(Refused, match="not offered here any more"):
        pay_with(start(guarantor), agreed=AGREED)


def test_a_second_card_is_under_the_same_customer_and_the_same_card_gives_way(guarantor):
    first, other = store_card(guarantor), store_card(guarantor, method="pm_card_mastercard")
    again = store_card(guarantor)

    assert list(find_cards(guarantor)) == [again, other]
    first.refresh_from_db()
    assert first.removal == StoredCard.Removal.KEPT_AGAIN
    assert len(client().v1.customers.list().data) == 1
    sweep_cards()
    assert sorted(kept_at_stripe(again)) == sorted([again.stripe_id, other.stripe_id])


def test_a_customer_that_stripe_does_not_know_is_made_anew(guarantor):
    card = store_card(guarantor)
    CardConsent.objects.filter(card=None).delete()
    payment = start(guarantor)
    unknown = CardConsent(payment=payment, customer_id="cus_gone", words="x", agreed_at=timezone.now())
    unknown.save()

    confirm(payment, pay_with(payment, "pm_card_amex", AGREED))
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    kept = StoredCard.objects.get(consent__payment=payment)
    assert kept.brand == "amex"
    assert kept.consent.customer_id not in ("cus_gone", card.consent.customer_id)


def test_with_stripe_away_for_a_moment_the_payment_counts_and_the_sweep_stores_the_card(guarantor, stripe_sandbox):
    payment = start(guarantor)
    confirm(payment, pay_with(payment, agreed=AGREED))
    stripe_sandbox.fail_next(500, times=3, method="GET", path="/v1/payment_methods")

    bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert not StoredCard.objects.exists()
    sweep_cards()
    assert StoredCard.objects.get().words == "Visa ending in 4242"


def test_a_card_that_its_bank_renewed_shows_its_new_expiry(guarantor, stripe_sandbox):
    card = store_card(guarantor)
    stripe_sandbox.renew_card(card.stripe_id, exp_month=8, exp_year=2038)

    deliver_all(stripe_sandbox)

    card.refresh_from_db()
    assert card.expiry == "08/2038"


def test_a_card_that_was_removed_at_stripe_is_gone_here(guarantor, stripe_sandbox):
    card = store_card(guarantor)
    client().v1.payment_methods.detach(card.stripe_id)

    deliver_all(stripe_sandbox)

    card.refresh_from_db()
    assert card.removal == StoredCard.Removal.STRIPE
    assert card.detached_at
    assert not find_cards(guarantor).exists()


def test_news_of_a_card_that_nobody_stored_here_is_none_of_ours(stripe_sandbox):
    customer = client().v1.customers.create()
    client().v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    event = next(event for event in stripe_sandbox.events if event["type"] == "payment_method.attached")

    post_event(stripe_sandbox, event)
    work_off_events()

    assert not StoredCard.objects.exists()


def test_stored_cards_go_over_with_a_merged_account(guarantor, staff_user):
    mine, theirs = store_card(guarantor), store_card(GuarantorFactory(group=guarantor.group))
    other = theirs.guarantor

    merge_guarantors(merged_id=other.pk, into_id=guarantor.pk, reason="One person", by=staff_user)

    assert set(find_cards(guarantor)) == {mine, theirs}
