"""Each step of the set-up guide says what is missing, and is done once the part it asks says so."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.models import Payment
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from pops.core.refusals import Refused
from pops.web.backoffice.models import Trial
from pops.web.backoffice.setup.mail import confirm_mail, send_test_mail
from pops.web.backoffice.setup.steps import look_at_steps
from pops.web.backoffice.setup.stripe import register_site, try_webhook
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory
from tests.factories.setup import (
    do_all_but_opening,
    enter_places,
    have_event_come,
    have_mail_come,
    look_at,
    pay_trial,
    refund_trial,
    words_of,
)
from tests.factories.staff import ADMIN, DESK, MANAGER, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]


@pytest.fixture
def alex():
    return member(ADMIN, name="Alex Moreau", email="alex@example.com")


def test_with_nothing_there_no_step_is_done():
    assert [look.step.key for look in look_at_steps(now=timezone.now()) if look.is_done] == []


def test_the_practice_is_entered_with_its_clock_and_a_way_to_reach_it():
    assert "There is no practice yet." in words_of(look_at("practice"))
    PracticeFactory(opened_at=None, phone="", time_zone="America/Denver")
    assert not look_at("practice").is_done
    assert "neither a phone number nor an email address" in words_of(look_at("practice"))

    Practice.objects.update(phone="(555) 010-2000")

    assert look_at("practice").is_done
    assert "Its clock (America/Denver) says" in words_of(look_at("practice"))


def test_a_group_is_needed_and_its_logo_is_not():
    assert not look_at("group").is_done
    GroupFactory(name="Lakeside")

    assert look_at("group").is_done
    assert "No logo yet: Lakeside." in words_of(look_at("group"))
    assert "Receipts aren't emailed" not in words_of(look_at("group"))


def test_a_group_that_mails_no_receipts_is_named():
    GroupFactory(name="Lakeside", email_receipts=False)

    assert look_at("group").is_done
    assert "Receipts aren't emailed: Lakeside. Email Receipts is off." in words_of(look_at("group"))


def test_both_a_facility_and_a_provider_are_needed():
    FacilityFactory()
    assert "There is no provider yet." in words_of(look_at("places"))
    assert not look_at("places").is_done

    ProviderFactory()

    assert look_at("places").is_done


def test_stripes_message_is_asked_for_and_seen_coming_back(alex, stripe_sandbox):
    register_site()
    assert "Stripe's messages are not tried yet with these keys." in words_of(look_at("stripe"))
    try_webhook(now=timezone.now(), by=alex)
    assert "the endpoint is http" in words_of(look_at("stripe"))
    assert not look_at("stripe").is_done

    Trial.objects.all().delete()
    have_event_come(stripe_sandbox, alex)

    assert look_at("stripe").is_done
    assert "Stripe's message came back on" in words_of(look_at("stripe"))
    assert "Both keys open Stripe's account Stripe sandbox (test mode: no real card is charged)." in words_of(
        look_at("stripe")
    )


def test_other_keys_need_a_message_of_their_own(alex, stripe_sandbox, settings):
    register_site()
    have_event_come(stripe_sandbox, alex)
    settings.STRIPE_WEBHOOK_SECRET = "whsec_another"

    assert "not tried yet with these keys" in words_of(look_at("stripe"))


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"])
def test_a_key_that_stripe_does_not_know_is_told(settings, name):
    setattr(settings, name, "sk_test_nobody" if "SECRET" in name else "pk_test_nobody")

    look = look_at("stripe")

    assert not look.is_done
    assert "Stripe refuses a key: Invalid API Key provided" in words_of(look)


def test_a_stripe_that_does_not_answer_is_no_refused_key(stripe_sandbox):
    stripe_sandbox.fail_next(500, times=20)

    assert "Stripe could not be asked" in words_of(look_at("stripe"))
    assert not look_at("stripe").is_done


def test_the_domain_is_registered_for_wallets(settings):
    settings.SITE_URL = "https://pay.example.com"
    assert "pay.example.com is not registered for Apple Pay" in words_of(look_at("stripe"))

    register_site()

    assert "pay.example.com is registered for Apple Pay, Google Pay and Link." in words_of(look_at("stripe"))


def test_a_domain_that_apple_does_not_find_says_why(settings):
    settings.SITE_URL = "https://pay.invalid"
    register_site()

    assert "Apple Pay: Unable to verify domain pay.invalid" in words_of(look_at("stripe"))


def test_stripe_is_asked_for_no_second_message_at_once(alex):
    try_webhook(now=timezone.now(), by=alex)

    with pytest.raises(Refused, match="a moment ago"):
        try_webhook(now=timezone.now(), by=alex)


def test_a_test_mail_is_really_sent_and_its_code_says_that_it_arrived(alex):
    send_test_mail(to="alex@home.example", now=timezone.now(), by=alex)
    assert "The test mail to alex@home.example: queued." in words_of(look_at("mail"))
    deliver_due(lane=Message.Lane.URGENT, seconds=5)
    assert "The test mail to alex@home.example: sent." in words_of(look_at("mail"))
    assert not look_at("mail").is_done

    sent = mail.outbox[-1]
    code = re.search(r"\b\d{6}\b", sent.body).group()
    assert sent.to == ["alex@home.example"]
    assert f"/admin/desk/setup/mail/code/?code={code}" in sent.body
    assert not confirm_mail(code="000000" if code != "000000" else "111111", now=timezone.now())
    assert confirm_mail(code=code, now=timezone.now())

    assert look_at("mail").is_done


def test_a_mail_that_the_server_refuses_says_why(alex):
    send_test_mail(to="alex@home.example", now=timezone.now(), by=alex)
    Message.objects.update(state=Message.State.FAILED, error="550 No such user", content=None, ended_at=timezone.now())

    assert "failed. 550 No such user" in words_of(look_at("mail"))


def test_other_mail_settings_need_a_mail_of_their_own(alex, settings):
    have_mail_come(alex)
    assert look_at("mail").is_done

    settings.DEFAULT_FROM_EMAIL = "Another <other@example.com>"

    assert "No mail was tried yet through" in words_of(look_at("mail"))


def test_a_code_is_guessed_at_five_times_and_only_so_many_mails_are_sent(alex):
    now = timezone.now()
    for _ in range(10):
        send_test_mail(to=alex.email, now=now, by=alex)
    with pytest.raises(Refused, match="within an hour"):
        send_test_mail(to=alex.email, now=now, by=alex)

    Trial.objects.exclude(pk=Trial.objects.earliest("asked_at").pk).update(guesses=5)
    for _ in range(5):
        assert not confirm_mail(code="no code", now=now)
    with pytest.raises(Refused, match="No test mail waits"):
        confirm_mail(code="no code", now=now)


def test_the_code_is_typed_on_its_page(alex, client_of):
    browser = client_of(alex)
    page = reverse("backoffice:setup_code")
    assert "No test mail waits for its code." in browser.post(page, {"code": "123456"}).content.decode()
    trial = send_test_mail(to=alex.email, now=timezone.now(), by=alex)

    wrong = browser.post(page, {"code": "no code"})
    assert wrong.status_code == 422
    assert "That is not the code of the latest test mail." in wrong.content.decode()
    assert Trial.objects.get().guesses == 1
    assert f'value="{trial.key}"' in browser.get(f"{page}?code={trial.key}").content.decode()

    assert browser.post(page, {"code": trial.key}).url == reverse("backoffice:setup") + "#mail"
    assert look_at("mail").is_done


def test_everybody_has_a_role_and_somebody_is_administrator():
    assert "python manage.py createsuperuser" in words_of(look_at("staff"))
    first = UserFactory(is_staff=True, is_superuser=True, name="Alex Moreau")
    assert "Alex Moreau has no role." in words_of(look_at("staff"))
    member(DESK)
    first.delete()
    assert "Nobody has the role Administrator." in words_of(look_at("staff"))
    assert not look_at("staff").is_done

    member(ADMIN)

    assert look_at("staff").is_done


def test_accounts_are_there_and_the_trial_account_is_none(alex):
    enter_places()
    assert "There is no account yet." in words_of(look_at("accounts"))
    GuarantorFactory()
    GuarantorFactory(login=False, email="")

    assert look_at("accounts").is_done
    assert "2 accounts, 1 with a sign-in." in words_of(look_at("accounts"))


def test_the_trial_payment_is_an_ordinary_receipt_and_an_ordinary_refund(alex, stripe_sandbox):
    assert "Enter the practice, a POPS Group, a facility and a provider first." in words_of(look_at("payment"))
    enter_places()
    assert "There is no trial account yet" in words_of(look_at("payment"))
    receipt = pay_trial(stripe_sandbox, alex)
    assert "It was not given back yet." in words_of(look_at("payment"))
    assert not look_at("payment").is_done

    refund_trial(receipt, alex)

    assert look_at("payment").is_done
    paid, refunded = Receipt.objects.order_by("number")
    assert [paid.amount_cents, refunded.amount_cents] == [100, -100]
    assert {paid.guarantor_name, refunded.guarantor_name} == {"Trial account"}
    assert {paid.account_number, refunded.account_number} == {"TRIAL"}
    assert paid.batch.description == "API Payments"
    assert paid.postings.earliest("pk").line.description == "Trial charge of the set-up guide"
    assert refunded.reason == "Trial of the set-up guide"


def test_a_trial_payment_into_another_stripe_account_does_not_count(alex, stripe_sandbox):
    enter_places()
    refund_trial(pay_trial(stripe_sandbox, alex), alex)
    Payment.objects.update(intent_id="pi_of_another_account")

    assert "has not paid its $1.00 with these keys yet" in words_of(look_at("payment"))


def test_one_reads_the_guide_of_the_practice_as_it_is(alex, client_of, stripe_sandbox):
    do_all_but_opening(stripe_sandbox, alex)

    page = client_of(alex).get(reverse("backoffice:setup")).content.decode()

    assert "8 of 9 steps are done." in page
    assert Guarantor.objects.count() == 2
    for look in look_at_steps(now=timezone.now()):
        assert look.step.title in page


@pytest.mark.parametrize("role", [DESK, MANAGER])
def test_others_than_administrators_do_no_step(role, client_of, practice):
    other = client_of(member(role))

    assert other.get(reverse("backoffice:setup")).status_code == 403
    for button in ("setup_event", "setup_domain", "setup_trial", "setup_open", "setup_mail", "setup_code"):
        assert other.post(reverse(f"backoffice:{button}"), {}).status_code == 403
    assert not Trial.objects.exists()
