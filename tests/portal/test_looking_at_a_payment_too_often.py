"""Pages of paying ask Stripe each time they are opened: not as often as a machine would open them."""

import pytest

from pops.web.portal.pay import door
from pops.web.sign_in.limits import Door
from tests.factories.accounts import GuarantorFactory
from tests.payments.stripe_side import start
from tests.portal.reading import text_of

pytestmark = pytest.mark.usefixtures("practice")


@pytest.mark.parametrize("page", ["", "return/", "again/"])
def test_beyond_the_limit_nobody_is_asked_and_nobody_pays_twice(
    guarantor, client_of, stripe_sandbox, monkeypatch, page
):
    monkeypatch.setattr(door, "LOOKING", Door("looking", anywhere="1/5m/key"))
    payment, client = start(guarantor), client_of(guarantor)
    ask = client.post if page == "again/" else client.get
    assert ask(f"/pay/{payment.pk}/{page}").status_code in (200, 302, 409)

    answer = ask(f"/pay/{payment.pk}/{page}")

    assert answer.status_code == 429
    assert "If you have paid, don’t pay again" in text_of(answer)
    other = start(GuarantorFactory())
    assert client_of(other.guarantor).get(f"/pay/{other.pk}/").status_code == 200
