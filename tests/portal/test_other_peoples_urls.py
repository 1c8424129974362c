"""Every address of the portal, as somebody else, as nobody and as staff."""

import pytest
from django.test import Client

from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.payments.stripe_side import start


@pytest.fixture
def addresses(stripe_sandbox, guarantor, pay):
    """What belongs to one guarantor."""
    payment, receipt = start(guarantor), pay(guarantor)
    return [
        f"/receipts/{receipt.number}/",
        f"/receipts/{receipt.number}/pdf/",
        f"/pay/{payment.pk}/",
        f"/pay/{payment.pk}/return/",
    ]


def test_the_owner_sees_them(addresses, guarantor, client_of):
    # 202: the PDF is being prepared.
    assert {client_of(guarantor).get(address, follow=True).status_code for address in addresses} == {200, 202}


def test_another_guarantor_gets_404(addresses, client_of):
    stranger = client_of(GuarantorFactory())

    assert [stranger.get(address).status_code for address in addresses] == [404] * len(addresses)


def test_another_guarantors_attempt_can_not_be_taken_over(addresses, guarantor, client_of):
    payment = guarantor.payments.get(state="started")
    stranger = client_of(GuarantorFactory())

    form = {"payment_id": payment.pk, "choice": "other", "other_amount": "50.00", "shown": "0 0"}
    assert stranger.post("/pay/", form).status_code == 404
    payment.refresh_from_db()
    assert payment.guarantor == guarantor


@pytest.mark.parametrize("address", ["/", "/pay/", "/receipts/"])
def test_nobody_is_sent_to_sign_in(db, address):
    answer = Client().get(address)

    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={address}")


def test_nobody_is_sent_to_sign_in_from_somebodys_addresses_too(addresses):
    assert {Client().get(address).url for address in addresses} == {f"/sign-in/?next={a}" for a in addresses}


def test_staff_and_logins_of_no_guarantor_get_404(addresses, client_of, practice):
    for user in (UserFactory(is_staff=True), UserFactory(is_staff=True, is_superuser=True), UserFactory()):
        client = client_of(user)
        assert {client.get(address).status_code for address in ["/pay/", "/receipts/", *addresses]} == {404}


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
