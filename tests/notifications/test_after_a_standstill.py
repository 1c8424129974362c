"""The workers were away: money and sign-in codes come before receipts' mails and PDFs when they are back."""

import signal

import pytest

from notifications.kinds import Content
from notifications.models import Message
from notifications.services import post_content
from payments.models import Payment, ProcessorEvent
from pops.celery import app
from pops.core import work
from pops.web.sign_in.notices import SIGN_IN
from receipts.models import Receipt, ReceiptDocument
from tests.factories.accounts import GuarantorFactory
from tests.notifications.processes import processes, sweep_until
from tests.payments.stripe_side import events_about, post_event, start

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]

PAYMENTS, OLD_RECEIPTS, CODES = 12, 20, 5


@pytest.fixture
def environment(monkeypatch, settings, stripe_sandbox, tmp_path):
    """What the workers are told: this test's Stripe, and a folder for their PDFs."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    monkeypatch.setenv("MEDIA_ROOT", settings.MEDIA_ROOT)
    for name in ("STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, getattr(settings, name))


@pytest.fixture
def lost_nudges(monkeypatch):
    """Those of the standstill were forgotten: what wakes the workers is beat."""
    monkeypatch.setattr(work.Nudger, "nudge", lambda nudger: None)


@pytest.fixture
def standstill(environment, pay, stripe_sandbox, mail_server):
    """Receipts without PDFs, events and codes, all stored while no worker takes anything."""
    for _ in range(OLD_RECEIPTS):
        pay()
    for _ in range(PAYMENTS):
        payment = start(GuarantorFactory())
        stripe_sandbox.confirm(payment.intent_id)
        for event in events_about(stripe_sandbox, payment):
            post_event(stripe_sandbox, event)
    for n in range(CODES):
        content = Content(subject="Your sign-in code", text="Your code is 123456.")
        post_content(kind=SIGN_IN, to=f"guarantor{n}@example.com", content=content)
    return mail_server


def is_money_done():
    return (
        Payment.objects.filter(state="paid", intent_id__isnull=False, receipt__payment__isnull=False).count()
        >= PAYMENTS + OLD_RECEIPTS
        and not ProcessorEvent.objects.filter(state="received").exists()
    )


def are_codes_sent():
    return Message.objects.filter(kind=SIGN_IN.name, state="sent").count() == CODES


@pytest.mark.usefixtures("lost_nudges")
def test_money_and_codes_are_worked_off_while_pdfs_still_wait(standstill, tmp_path):
    with processes(tmp_path / "celery.log", mail_port=standstill.port, settings_module="pops.settings") as celery:
        documents = celery.start(queue="documents")
        celery.start(queue="urgent")
        sweep_until(ReceiptDocument.objects.exists, "render-receipts")  # the PDFs are under way
        documents.signal_children(signal.SIGSTOP)  # and take for ever, however fast this machine is
        sweep_until(lambda: is_money_done() and are_codes_sent(), "sweep-events", "sweep-urgent-messages")

        assert Receipt.objects.filter(documents=None).exists()
        documents.signal_children(signal.SIGCONT)
        sweep_until(lambda: not Receipt.objects.filter(documents=None).exists(), "render-receipts")


@pytest.fixture
def fresh_nudges(monkeypatch):
    """None is forgotten, however long this machine takes to store what the standstill leaves."""
    monkeypatch.setattr(work, "NUDGE_SECONDS", 3600)


@pytest.mark.usefixtures("fresh_nudges")
def test_however_many_payments_come_one_task_of_a_kind_waits(standstill):
    """A day without a worker must not leave a queue that takes an hour to empty."""
    with app.connection_for_read() as connection:
        waiting = {queue: connection.default_channel.client.llen(queue) for queue in ("urgent", "mail", "documents")}

    assert all(count <= 3 for count in waiting.values()), waiting
