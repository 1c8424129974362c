"""Each option of a POPS Group that shapes the portal's pages: switched on and off, and enforced by the server."""

import datetime as dt

import pytest

from tests.factories.accounts import ServiceLineFactory
from tests.factories.statements import statement_of

# Of $40.00 on a statement, $100.00 new, $77.00 in collections, and $12.34 that no service needs.
DUE, CURRENT, COLLECTIONS = "$40.00", "$140.00", "$77.00"


@pytest.fixture
def account(guarantor, stripe_sandbox):
    """The guarantor with an amount of each kind."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=4_000, description="Throat swab", service_date="2026-01-05")
    statement_of(guarantor)
    ServiceLineFactory(guarantor=guarantor, billed_cents=10_000, description="Chest X-ray")
    ServiceLineFactory(guarantor=guarantor, billed_cents=7_700, encounter__in_collections=True, description="Cast")
    return guarantor


@pytest.fixture
def browse(account, client_of):
    """The page at an address, under options of the group."""

    def browse(address, **options):
        group = account.group
        for name, value in options.items():
            setattr(group, name, value)
        group.save()
        return client_of(account).get(address)

    return browse


def text_of(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


# --- Whole pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "address"), [("account_dashboard", "/account/"), ("statements", "/statements/")])
def test_a_page_that_is_switched_off_is_not_there_and_nowhere_linked(browse, option, address):
    assert f'href="{address}"' in text_of(browse("/", **{option: True}))
    assert browse(address).status_code == 200

    assert f'href="{address}' not in text_of(browse("/", **{option: False}))
    assert f'href="{address}' not in text_of(browse("/receipts/"))
    assert browse(address).status_code == 404


def test_no_statement_and_no_pdf_of_one_is_there_when_statements_are_off(browse, account):
    address = f"/statements/{account.statements.get().pk}/"
    assert browse(address, statements=True).status_code == 200

    assert browse(address, statements=False).status_code == 404
    assert browse(f"{address}pdf/").status_code == 404
    assert "/statements/" not in text_of(browse("/account/"))


# --- Amounts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/account/", "/pay/"])
def test_the_current_balance_is_shown_or_nowhere(browse, address):
    assert CURRENT in text_of(browse(address, show_current_balance=True))

    page = text_of(browse(address, show_current_balance=False))
    assert CURRENT not in page
    assert "14000" not in page, "nor in a hidden field"
    assert DUE in page


def test_a_receipt_tells_no_current_balance_that_is_hidden(browse, account, pay):
    address = f"/receipts/{pay(account, cents=1_000).number}/"
    assert "Still owed on your account now" in text_of(browse(address, show_current_balance=True))

    page = text_of(browse(address, show_current_balance=False))
    assert "$130.00" not in page
    assert "Amount Due now" in page


def test_new_charges_make_amount_due_the_current_balance(browse):
    page = text_of(browse("/", include_new_charges=True))

    assert f'<p class="amount amount-xl">{CURRENT}</p>' in page
    assert "new charges included" in page
    assert DUE not in page.replace("$40.00, due", "")  # what the statement said stays beside its link


def test_amounts_in_collections_are_shown_or_nowhere(browse):
    page = text_of(browse("/account/", show_collections=True))
    assert COLLECTIONS in page
    assert "Cast" in page

    page = text_of(browse("/account/", show_collections=False))
    assert COLLECTIONS not in page
    assert "Cast" not in page


def test_visits_that_no_statement_has_shown_are_hidden(browse):
    assert "Chest X-ray" in text_of(browse("/account/", hide_current_visits=False))

    page = text_of(browse("/account/", hide_current_visits=True))
    assert "Chest X-ray" not in page
    assert "Throat swab" in page
    assert CURRENT in page, "the balance is the same: only the visits wait"


@pytest.mark.parametrize("address", ["/", "/account/", "/pay/"])
def test_unapplied_funds_are_shown_or_nowhere(browse, account, pay, address):
    pay(account, cents=15_234)  # all that is owed, and $12.34
    assert "$12.34" in text_of(browse(address, show_escrow=True))

    assert "$12.34" not in text_of(browse(address, show_escrow=False))


def test_credit_that_is_not_shown_is_not_used(browse, account, pay, client_of):
    pay(account, cents=15_234)
    ServiceLineFactory(guarantor=account, billed_cents=1_000)
    browse("/", show_escrow=False)
    assert client_of(account).post("/credit/").status_code == 404

    browse("/", show_escrow=True)
    answer = client_of(account).post("/credit/", follow=True)
    assert "$10.00 of your credit is applied. Your Current Balance is $0.00 now." in text_of(answer)


# --- What can be paid ---------------------------------------------------------------------------------------------


def choices(answer):
    return {key: cents for key, cents in answer.context["form"].amounts.items()}


def test_what_is_offered_to_pay_is_what_is_shown(browse):
    assert choices(browse("/pay/")) == {"current": 14_000, "due": 4_000}
    assert choices(browse("/pay/", show_current_balance=False)) == {"due": 4_000}
    assert choices(browse("/pay/", include_new_charges=True)) == {"due": 14_000}
    assert choices(browse("/pay/", show_current_balance=True)) == {"current": 14_000}


def test_a_current_balance_that_is_not_shown_is_not_taken(browse, account, client_of):
    browse("/pay/", show_current_balance=False)

    form = {"payment_id": "00000000-0000-4000-8000-000000000001", "shown": "4000 4000", "choice": "current"}
    answer = client_of(account).post("/pay/", form)

    assert answer.status_code == 422
    assert not account.payments.exists()


def test_another_amount_is_measured_by_what_is_shown(browse, account, client_of):
    browse("/pay/", show_current_balance=False, allow_overpayment=False)
    form = {"payment_id": "00000000-0000-4000-8000-000000000001", "shown": "4000 4000"}

    answer = client_of(account).post("/pay/", {**form, "choice": "other", "other_amount": "40.01"})
    assert "Enter $40.00 or less: that is your Amount Due." in answer.content.decode()

    answer = client_of(account).post("/pay/", {**form, "choice": "due"})
    assert answer.status_code == 302
    assert account.payments.get().amount_cents == 4_000


def test_the_card_page_tells_no_current_balance_that_is_hidden(browse, account, client_of):
    form = {"payment_id": "00000000-0000-4000-8000-000000000001", "choice": "other", "other_amount": "190.00"}
    browse("/pay/", show_current_balance=True)
    started = client_of(account).post("/pay/", {**form, "shown": "14000 4000"}, follow=True)
    assert "<strong>$50.00</strong> of this is more" in started.content.decode()

    assert "$50.00" not in text_of(browse(started.request["PATH_INFO"], show_current_balance=False))


# --- Where one lands ----------------------------------------------------------------------------------------------

PAGES = {"home": "/", "account": "/account/", "statements": "/statements/", "receipts": "/receipts/", "pay": "/pay/"}


@pytest.mark.parametrize(("landing", "address"), PAGES.items())
def test_signing_in_leads_to_the_landing_page(browse, landing, address):
    assert browse("/start/", landing_page=landing).url == address


@pytest.mark.parametrize(("landing", "option"), [("account", "account_dashboard"), ("statements", "statements")])
def test_a_landing_page_that_is_switched_off_is_home(browse, landing, option):
    assert browse("/start/", landing_page=landing, **{option: False}).url == "/"


def test_amounts_say_as_of_when_and_whose_they_are(browse, account):
    statement = account.statements.get()

    home = " ".join(text_of(browse("/")).split())
    assert "What is left of your statement of February 15, 2026, due February 15, 2026. As of" in home
    page = " ".join(text_of(browse("/account/")).split())
    assert "All that you owe today. As of" in page
    assert "What your statement said, as of February 15, 2026." in page
    assert statement.balance_cents == 4_000


def test_the_link_to_the_current_statement_leads_to_the_latest(browse, account):
    latest = statement_of(account, on=dt.date(2026, 3, 15), due=dt.date(2026, 4, 9))

    page = browse("/")

    assert f"/statements/{latest.pk}/" in text_of(page)
    assert page.context["last_statement"] == latest
