"""Asked once before an amount is taken: a balance that changed, a rest too small for a card, an amount far above."""

import re
import uuid

import pytest

from payments.models import Payment
from tests.factories.accounts import ServiceLineFactory, StatementFactory


@pytest.fixture
def owes(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=9790)
    return guarantor


@pytest.fixture
def browse(owes, client_of):
    """Open the page, let something happen, send what the page carries; then again with what the answer carries."""
    client = client_of(owes)
    page = client.get("/pay/").content.decode()

    def send(choice="other", amount=""):
        nonlocal page
        hidden = dict(re.findall(r'<input type="hidden" name="(payment_id|shown|agreed)" value="([^"]*)"', page))
        answer = client.post("/pay/", {**hidden, "choice": choice, "other_amount": amount})
        page = answer.content.decode()
        return answer.status_code, page

    return send


def test_a_balance_that_grew_under_the_page_is_told_and_asked_again(owes, browse):
    ServiceLineFactory(guarantor=owes, billed_cents=8000)

    status, page = browse("current")

    assert status == 422
    assert "Your balance has changed" in page
    assert "Your Current Balance is $177.90 now. It was $97.90 when you opened this page." in page
    assert not Payment.objects.exists()
    assert browse("current")[0] == 302
    assert Payment.objects.get().amount_cents == 17_790


def test_an_amount_due_that_changed_is_told_by_its_name(owes, client_of):
    statement = StatementFactory(guarantor=owes)
    ServiceLineFactory(guarantor=owes, billed_cents=3000, statement=statement)
    form = {"payment_id": uuid.uuid4(), "choice": "due", "shown": "12790 1000"}

    page = client_of(owes).post("/pay/", form).content.decode()

    assert "Your Amount Due is $30.00 now. It was $10.00 when you opened this page." in page


def test_another_amount_beside_a_balance_that_changed_is_asked_too(owes, browse):
    ServiceLineFactory(guarantor=owes, billed_cents=8000)

    assert "Your Current Balance is $177.90 now." in browse(amount="20.00")[1]
    assert browse(amount="20.00")[0] == 302


def test_a_page_that_says_not_what_it_showed_is_asked(owes, client_of):
    for shown in ("", "97.90", "9790"):
        form = {"payment_id": uuid.uuid4(), "choice": "due" if shown == "9790" else "current", "shown": shown}
        assert client_of(owes).post("/pay/", form).status_code == 422


def test_a_rest_too_small_for_a_card_is_told_before_it_comes_about(browse):
    status, page = browse(amount="97.60")

    assert status == 422
    assert "Paying $97.60 leaves $0.30 of your Current Balance." in page
    assert "Continue with $97.60" in page
    assert browse(amount="97.60")[0] == 302


@pytest.mark.parametrize("typed", ["97.90", "97.40", "25.00", "120.00", "195.80"])
def test_an_ordinary_amount_is_not_asked_about(browse, typed):
    assert browse(amount=typed)[0] == 302


@pytest.mark.parametrize(
    ("typed", "said"), [("1,000.00", "$1,000.00 is $902.10 more"), ("9790", "$9,790.00 is $9,692.10 more")]
)
def test_an_amount_far_above_the_balance_is_asked_about_once(browse, typed, said):
    status, page = browse(amount=typed)

    assert status == 422
    assert f"{said} than your Current Balance of $97.90." in page
    assert not Payment.objects.exists()
    assert browse(amount=typed)[0] == 302


def test_a_yes_to_one_amount_is_no_yes_to_another(browse):
    browse(amount="1,000.00")

    assert browse(amount="2,000.00")[0] == 422
