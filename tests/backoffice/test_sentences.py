"""Sentences that the desk's pages get whole."""

import datetime as dt

import pytest
from django.utils import timezone

from batches.breakdown import MethodTotal
from payments.models import Dispute
from pops.core.access.models import User
from pops.web.backoffice.templatetags.desk import shown_as, taken_by, until_decided
from receipts.models import Receipt

DANA, RUTH = User(pk=1, name="Dana Whitfield"), User(pk=2, name="Ruth Okafor")


@pytest.mark.parametrize(
    ("channel", "issued_by", "ago", "sentence"),
    [
        ("online", None, {"seconds": 5}, "The portal took $50.00 from this guarantor less than a minute ago"),
        ("office", DANA, {"seconds": 90}, "You took $50.00 from this guarantor 1\xa0minute ago"),
        ("mail", RUTH, {"seconds": 150}, "Ruth Okafor took $50.00 from this guarantor 2\xa0minutes ago"),
    ],
)
def test_who_took_money_a_moment_ago(channel, issued_by, ago, sentence):
    moment = timezone.now() - dt.timedelta(**ago)
    receipt = Receipt(channel=channel, issued_by=issued_by, amount_cents=5000, received_at=moment)

    assert taken_by(receipt, DANA) == sentence


NOT_YET = "It can't be refunded until the bank has decided."


@pytest.mark.parametrize(
    ("status", "due_by", "sentence"),
    [
        (
            "needs_response",
            dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC),
            f"{NOT_YET} Stripe takes evidence until March 14, 2026.",
        ),
        ("under_review", None, NOT_YET),
        ("won", dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC), ""),
    ],
)
def test_what_waits_for_the_bank(status, due_by, sentence):
    assert until_decided(Dispute(status=status, due_by=due_by)) == sentence


def test_a_row_of_the_breakdown_leads_to_what_it_sums():
    row = MethodTotal(method="apple_pay", card_brand="diners & club", count=1, amount_cents=100)

    assert shown_as(row, "refunds") == (
        "shown=refunds&transactions__method__exact=apple_pay&transactions__card_brand__exact=diners+%26+club"
    )
