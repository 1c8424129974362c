"""axe finds nothing on any page of the portal: light and dark, narrow and wide."""

import pytest

from payments.gateway.intents import Result
from payments.models import Payment
from tests.browsing import problems_at, problems_of
from tests.factories.accounts import ServiceLineFactory
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses(stripe_sandbox, guarantor, pay):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    ServiceLineFactory(guarantor=guarantor, encounter__in_collections=True)
    paid, unsuccessful = pay(guarantor), pay(guarantor, result=Result.DECLINED)
    processing, review, abandoned = (start(guarantor) for _ in range(3))
    for payment, state in ((processing, "processing"), (review, "review"), (abandoned, "abandoned")):
        Payment.objects.filter(pk=payment.pk).update(state=state)
    payments = [f"/pay/{payment.pk}/" for payment in (processing, review, abandoned)]
    return [
        "/",
        "/pay/",
        *payments,
        "/receipts/",
        f"/receipts/{paid.number}/",
        f"/receipts/{unsuccessful.number}/",
        "/x/",
    ]


def test_the_portal(page, live_server, sign_in, guarantor, addresses):
    sign_in(guarantor)

    assert problems_at(page, [live_server.url + address for address in addresses]) == {}


def test_the_card_form(page, live_server, sign_in, stripe_sandbox, guarantor):
    sign_in(guarantor).goto(f"{live_server.url}/pay/{start(guarantor).pk}/", wait_until="networkidle")

    assert problems_of(page) == []


def test_the_doors(page, live_server, practice):
    assert problems_at(page, [f"{live_server.url}/sign-in/", f"{live_server.url}/staff/sign-in/"]) == {}
