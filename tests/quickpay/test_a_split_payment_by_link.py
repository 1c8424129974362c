"""By a link a payment is split like any other: its parts name nobody, and the rest is paid there too."""

import datetime as dt
import uuid

import pytest

from payments.models import Payment
from pops.quickpay.models import Link
from pops.quickpay.services import make_link
from receipts.models import Receipt
from tests.factories.payments import PaymentFactory
from tests.moments import NOON
from tests.payments.stripe_side import intents_of, owe_two

FOR_EVER = dt.timedelta(days=36_500)

pytestmark = pytest.mark.usefixtures("stripe_sandbox")


@pytest.fixture
def by_link(guarantor, enter):
    owe_two(guarantor)
    return enter(make_link(guarantor=guarantor, origin=Link.Origin.TEXT, now=NOON, good_for=FOR_EVER)[1])


def test_a_declined_part_is_said_without_a_name_and_paid_by_the_link(by_link, stripe_sandbox):
    form = {"payment_id": uuid.uuid4(), "choice": "current", "shown": "10000 0"}
    card = by_link.post("/quickpay/", form, follow=True).content.decode()
    first, second = intents_of(Payment.objects.get())
    stripe_sandbox.confirm(first)
    stripe_sandbox.confirm(second, card_number="4000000000009995")
    receipt = by_link.get(f"/quickpay/{form['payment_id']}/return/", follow=True).content.decode()

    assert "Part 1" in card
    assert "Part 2: " in receipt
    for page in (card, receipt):
        assert "Ahn" not in page
        assert "Bose" not in page
    assert f"/quickpay/{form['payment_id']}/rest/" in receipt
    another = {"payment_id": PaymentFactory().pk}
    assert by_link.post(f"/quickpay/{form['payment_id']}/rest/", another).status_code == 404
    answer = by_link.post(f"/quickpay/{form['payment_id']}/rest/", {"payment_id": uuid.uuid4()})

    rest = Payment.objects.get(rest_of=form["payment_id"])
    assert (answer.status_code, answer.url) == (302, f"/quickpay/{rest.pk}/")
    assert (rest.amount_cents, rest.session_id) == (6000, rest.rest_of.session_id)
    assert by_link.get(answer.url).status_code == 200
    assert Receipt.objects.get().amount_cents == 4000
