"""What the set-up guide asks about, done by the services behind its buttons, with the sandbox for Stripe."""

import uuid

from django.utils import timezone

from payments.attempts import ensure_intent, start_payment
from payments.refunds import request_refund
from payments.truth import bring_up_to_date
from pops.core.access.models import User
from pops.local.stripe_sandbox import StripeSandbox
from pops.logins.trial import CENTS, REASON, begin_trial
from pops.web.backoffice.setup.facts import Look
from pops.web.backoffice.setup.mail import confirm_mail, send_test_mail
from pops.web.backoffice.setup.steps import look_at_steps
from pops.web.backoffice.setup.stripe import register_site, try_webhook
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of, today
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory
from tests.payments.stripe_side import post_event


def look_at(key: str) -> Look:
    """How a step stands now."""
    return next(look for look in look_at_steps(now=timezone.now()) if look.step.key == key)


def words_of(look: Look) -> str:
    """All that a step says."""
    return " ".join(fact.words for fact in look.facts)


def enter_places() -> None:
    """A practice that isn't open, with a group, a facility and a provider."""
    PracticeFactory(opened_at=None)
    GroupFactory(name="Lakeside")
    FacilityFactory()
    ProviderFactory()


def have_event_come(sandbox: StripeSandbox, by: User) -> None:
    """Stripe is asked for a message, and delivers it."""
    trial = try_webhook(now=timezone.now(), by=by)
    for event in sandbox.events:
        if event["data"]["object"]["id"] == trial.key:
            post_event(sandbox, event)


def have_mail_come(by: User) -> None:
    """The test mail is sent and its code typed."""
    trial = send_test_mail(to=by.email, now=timezone.now(), by=by)
    assert confirm_mail(code=trial.key, now=timezone.now())


def pay_trial(sandbox: StripeSandbox, by: User) -> Receipt:
    """The trial account pays with a card."""
    now = timezone.now()
    account = begin_trial(today=today(), by=by)
    payment = start_payment(payment_id=uuid.uuid4(), guarantor=account, amount_cents=CENTS, now=now)
    intent = ensure_intent(payment=payment, now=now)
    sandbox.confirm(intent.id)
    receipt = bring_up_to_date(payment_id=payment.pk, now=now).receipt
    assert receipt is not None
    return receipt


def refund_trial(receipt: Receipt, by: User) -> None:
    """It gets its money back."""
    batch_of(by, "Trial")
    request_refund(
        refund_id=uuid.uuid4(),
        receipt_number=receipt.pk,
        cents=None,
        reason=REASON,
        now=timezone.now(),
        today=today(),
        by=by,
    )


def do_all_but_opening(sandbox: StripeSandbox, by: User) -> None:
    """Every step of the guide but the last."""
    enter_places()
    have_event_come(sandbox, by)
    register_site()
    have_mail_come(by)
    GuarantorFactory()
    refund_trial(pay_trial(sandbox, by), by)
