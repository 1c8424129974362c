"""Every address of the portal: as the same login's other account, as the spouse, as others, as nobody, as staff."""

import pytest
from django.test import Client
from django.urls import reverse

from pops.web.portal.urls import urlpatterns
from tests.addresses import patterns_of
from tests.factories.accounts import GuarantorFactory, UserFactory, link, login_of
from tests.portal.owned import ids_of

# Forms that are posted alone.
POSTED = {"switch_account", "use_credit", "withdraw_own_email", "withdraw_own_phone"}


# A link needs no sign-in, and opens no more than tests/quickpay says.
PATTERNS = [(name, pattern) for name, pattern in patterns_of(urlpatterns) if not name.startswith("quickpay")]
COMMON = [reverse(name) for name, pattern in PATTERNS if not pattern.pattern.converters and name not in POSTED]


@pytest.fixture
def addresses(stripe_sandbox, guarantor, pay):
    """What belongs to one guarantor."""
    facts = ids_of(guarantor, pay)
    owned = [(name, pattern.pattern.converters) for name, pattern in PATTERNS if pattern.pattern.converters]
    return [reverse(name, kwargs={fact: facts[fact] for fact in converters}) for name, converters in owned]


def ask(client, address):
    """The page, or where only forms are taken, the answer to one."""
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


def test_all_are_walked(addresses):
    assert len(addresses) >= 4
    shown = {"/", "/pay/", "/receipts/", "/accounts/", "/account/", "/statements/", "/start/"}
    assert {*shown, "/profile/", "/profile/email/", "/appointments/"} <= set(COMMON)


def test_the_owner_sees_them(addresses, guarantor, client_of):
    answers = [ask(client_of(guarantor), address) for address in addresses]

    assert len([answer for answer in answers if answer.status_code in (200, 202)]) >= 5  # 202: the PDF is prepared
    assert not {404, 403, 500} & {answer.status_code for answer in answers}


def test_another_guarantor_gets_404(addresses, client_of):
    stranger = client_of(GuarantorFactory())

    assert [ask(stranger, address).status_code for address in addresses] == [404] * len(addresses)


def test_a_spouse_with_the_same_address_gets_404(addresses, guarantor, client_of):
    spouse = client_of(GuarantorFactory(email=guarantor.email))

    assert [ask(spouse, address).status_code for address in addresses] == [404] * len(addresses)
    assert spouse.post("/accounts/switch/", {"account": guarantor.pk}).status_code == 404


def test_the_same_logins_other_account_leads_to_the_right_one_and_shows_nothing(addresses, guarantor, client_of):
    other = GuarantorFactory(login=False)
    link(other, login_of(guarantor))
    client = client_of(guarantor)
    client.post("/accounts/switch/", {"account": other.pk})

    for address in addresses:
        answer = ask(client, address)
        assert answer.status_code == 409, address
        assert "$50.00" not in answer.content.decode()
        client.post("/accounts/switch/", {"account": guarantor.pk, "next": address})
        assert "another account of yours" not in ask(client, address).content.decode()
        client.post("/accounts/switch/", {"account": other.pk})


def test_with_two_accounts_a_strangers_are_404_too(addresses, client_of):
    own, other = GuarantorFactory(), GuarantorFactory(login=False)
    link(other, login_of(own))
    client = client_of(own)
    client.post("/accounts/switch/", {"account": other.pk})

    assert [ask(client, address).status_code for address in addresses] == [404] * len(addresses)


def test_another_guarantors_attempt_can_not_be_taken_over(addresses, guarantor, client_of):
    payment = guarantor.payments.get(state="started")
    stranger = client_of(GuarantorFactory())

    form = {"payment_id": payment.pk, "choice": "other", "other_amount": "50.00", "shown": "0 0"}
    assert stranger.post("/pay/", form).status_code == 404
    payment.refresh_from_db()
    assert payment.guarantor == guarantor


@pytest.mark.parametrize("address", [address for address in COMMON if address != "/"])
def test_nobody_is_sent_to_sign_in(practice, address):
    answer = Client().get(address)

    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={address}")


def test_nobody_lands_where_the_group_says_from_the_front_door(practice):
    assert Client().get("/").url == "/sign-in/"


def test_nobody_is_sent_to_sign_in_from_somebodys_addresses_too(addresses):
    assert {Client().get(address).url for address in addresses} == {f"/sign-in/?next={a}" for a in addresses}


def test_nobody_takes_an_account_in_hand(guarantor):
    assert Client().post("/accounts/switch/", {"account": guarantor.pk}).url.startswith("/sign-in/")


def test_staff_and_logins_of_no_guarantor_get_404(addresses, client_of, practice):
    for user in (UserFactory(is_staff=True), UserFactory(is_staff=True, is_superuser=True), UserFactory()):
        client = client_of(user)
        common = [address for address in COMMON if address != "/"]  # which leads staff to the back office
        assert {ask(client, address).status_code for address in [*common, *addresses]} == {404}
        assert {client.post(reverse(name)).status_code for name in POSTED} == {404}


def test_staff_start_in_the_back_office(client_of, staff_user):
    assert client_of(staff_user).get("/").url == "/admin/"


def test_what_does_not_exist_is_404(guarantor, client_of):
    client = client_of(guarantor)

    for address in (
        "/receipts/1/",
        "/receipts/1/pdf/",
        "/receipts/99999999999999999999/",
        "/pay/00000000-0000-0000-0000-000000000000/",
    ):
        assert client.get(address).status_code == 404
