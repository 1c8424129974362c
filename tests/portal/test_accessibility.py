"""axe finds nothing on any page of the portal: light and dark, narrow and wide."""

import pytest

from payments.gateway.intents import Result
from payments.models import Payment
from tests.browsing import DESKTOP, PHONE, accessibility_problems
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
    payments = [f"/pay/{payment.pk}/" for payment in (start(guarantor), processing, review, abandoned)]
    return [
        "/",
        "/pay/",
        *payments,
        "/receipts/",
        f"/receipts/{paid.number}/",
        f"/receipts/{unsuccessful.number}/",
        "/x/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_portal(page, live_server, sign_in, guarantor, addresses, scheme):
    sign_in(guarantor)
    page.emulate_media(color_scheme=scheme)
    problems = {}
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(live_server.url + address, wait_until="networkidle")
            problems[address, size["width"]] = accessibility_problems(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"

    assert {place: found for place, found in problems.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/sign-in/", "/staff/sign-in/"])
def test_the_doors(page, live_server, practice, address, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + address)

    assert accessibility_problems(page) == []
