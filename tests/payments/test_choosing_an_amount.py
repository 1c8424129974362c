"""Amounts: what is offered, what is accepted, what is refused and how."""

import uuid

import pytest

from payments.models import Payment
from receipts.owed import get_balances
from tests.factories.accounts import ServiceLineFactory, StatementFactory
from tests.factories.payments import PaymentFactory


def shown_to(guarantor):
    """What the page carries: the balances it shows."""
    balances = get_balances(guarantor)
    return f"{balances.current_cents} {balances.amount_due_cents}"


@pytest.fixture
def owes_100(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=10_000)
    return guarantor


@pytest.fixture
def choose(owes_100, client_of):
    client = client_of(owes_100)

    def choose(choice="other", amount="", payment_id=None, **more):
        data = {"payment_id": payment_id or uuid.uuid4(), "choice": choice, "other_amount": amount}
        return client.post("/pay/", {**data, "shown": shown_to(owes_100), **more})

    return choose


def test_the_current_balance_is_paid_without_typing(choose):
    answer = choose("current")

    payment = Payment.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/pay/{payment.pk}/")
    assert (payment.amount_cents, payment.state) == (10_000, "started")


def test_amount_due_is_offered_when_it_differs(owes_100, client_of, choose):
    line = ServiceLineFactory(guarantor=owes_100, billed_cents=2_500, statement=StatementFactory(guarantor=owes_100))

    page = client_of(owes_100).get("/pay/").content.decode()
    choose("due")

    assert "$125.00" in page
    assert "$25.00" in page
    assert Payment.objects.get().amount_cents == line.billed_cents


@pytest.mark.parametrize(
    ("typed", "cents"), [("25", 2500), ("$1,234.50", 123_450), ("0.50", 50), ("999999.99", 99_999_999)]
)
def test_another_amount_is_taken_as_typed(choose, typed, cents):
    assert choose(amount=typed, agreed=f"far-{cents}-10000").status_code == 302

    assert Payment.objects.get().amount_cents == cents


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Enter an amount in dollars and cents, for example 25.00."),
        ("abc", "Enter an amount in dollars and cents, for example 25.00."),
        ("-5", "Enter an amount in dollars and cents, for example 25.00."),
        ("0.001", "Enter an amount in dollars and cents, for example 25.00."),
        ("1e9", "Enter an amount in dollars and cents, for example 25.00."),
        ("0", "Enter $0.50 or more."),
        ("0.49", "Enter $0.50 or more."),
        ("1000000000", "The most that can be paid online at once is $999,999.99."),
        ("9" * 21, "Ensure this value has at most 20 characters"),
    ],
)
def test_what_can_not_be_paid_is_refused_in_plain_words_and_kept_in_the_form(choose, typed, error):
    answer = choose(amount=typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert error in page
    assert f'value="{typed}"' in page or not typed
    assert not Payment.objects.exists()


def test_no_choice_is_refused(choose):
    answer = choose("")

    assert answer.status_code == 422
    assert "Choose how much you want to pay." in answer.content.decode()


def test_a_forged_choice_is_refused(choose):
    assert choose("everything").status_code == 422
    assert choose("due").status_code == 422  # not offered to this guarantor
    assert not Payment.objects.exists()


def test_more_than_the_balance_goes_to_escrow_with_a_notice(stripe_sandbox, owes_100, choose, client_of):
    url = choose(amount="150.00").url

    assert "$50.00" in client_of(owes_100).get(url).content.decode()


def test_a_practice_can_refuse_more_than_the_balance(owes_100, choose):
    owes_100.group.allow_overpayment = False
    owes_100.group.save()

    answer = choose(amount="100.01")

    assert answer.status_code == 422
    assert "Enter $100.00 or less: that is your Current Balance." in answer.content.decode()
    assert choose(amount="100.00").status_code == 302


def test_balances_in_collections_can_not_be_paid(guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=7_700, encounter__in_collections=True)

    data = {"payment_id": uuid.uuid4(), "choice": "current", "shown": shown_to(guarantor)}
    answer = client_of(guarantor).post("/pay/", data)

    assert answer.status_code == 422
    assert not Payment.objects.exists()


def test_a_balance_too_small_for_a_card_is_not_offered(guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=30)

    answer = client_of(guarantor).post("/pay/", {"payment_id": uuid.uuid4(), "choice": "current"})

    assert answer.status_code == 422
    assert "Choose one of these amounts." in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_balance_too_small_for_a_card_says_so_and_how_it_can_be_paid(guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=30)
    guarantor.group.allow_overpayment = False
    guarantor.group.save()
    client = client_of(guarantor)

    page = client.get("/pay/").content.decode()

    assert "$0.30 is too small for a card" in page
    assert "A card can’t take less than $0.50." in page
    assert "To pay it another way" in page
    assert "Continue" not in page
    for typed in ("0.30", "0.50"):
        data = {"payment_id": uuid.uuid4(), "choice": "other", "other_amount": typed, "shown": shown_to(guarantor)}
        answer = client.post("/pay/", data)
        assert answer.status_code == 422
        assert "or less" not in answer.content.decode()
        assert "or more" not in answer.content.decode()


def test_a_balance_too_small_for_a_card_can_be_paid_with_more_where_that_is_allowed(guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=30)

    page = client_of(guarantor).get("/pay/").content.decode()

    assert "Your Current Balance of $0.30 is too small for a card" in page
    assert "the rest is kept as credit" in page
    assert "Continue" in page


@pytest.mark.parametrize("state", ["processing", "review"])
def test_who_may_have_paid_is_told_not_to_pay_again(owes_100, client_of, state):
    PaymentFactory(guarantor=owes_100, state=state)

    for address in ("/", "/pay/"):
        assert "Don’t pay it again." in client_of(owes_100).get(address).content.decode()
