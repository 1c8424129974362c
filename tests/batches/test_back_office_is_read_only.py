"""The front desk sees batches, receipts and attempts in the admin, and changes none of them."""

import re

import pytest
from django.contrib.auth.models import Permission

from payments.gateway.intents import Result
from tests.factories.accounts import UserFactory


@pytest.fixture
def desk(client_of, db):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return client_of(user)


@pytest.fixture
def batch(pay, guarantor):
    first = pay(guarantor, cents=5000)
    pay(cents=2500)
    pay(cents=9900, result=Result.DECLINED)
    return first.batch


def test_the_batch_shows_totals_by_method_and_what_was_not_processed(desk, batch):
    page = desk.get(f"/admin/batches/referencebatch/{batch.pk}/change/").content.decode()
    page = re.sub(r">\s+<", "><", page)

    assert "API Payments" in page
    assert 'Credit Card, Visa</a></td><td class="num">2</td><td class="num money">$75.00</td>' in page
    assert 'Your bank declined the card. Your bank can tell you why.</td><td class="num money">$99.00</td>' in page


def test_lists_and_pages_open(desk, batch):
    receipt = batch.receipts.first()
    for address in (
        "/admin/",
        "/admin/batches/referencebatch/",
        f"/admin/receipts/receipt/?batch__id__exact={batch.pk}",
        f"/admin/receipts/receipt/?q={receipt.number}",
        f"/admin/receipts/receipt/{receipt.number}/change/",
        "/admin/payments/payment/",
        f"/admin/payments/payment/{receipt.payment.pk}/change/",
        "/admin/payments/processorevent/",
        f"/admin/accounts/guarantor/{receipt.guarantor_id}/change/",
    ):
        assert desk.get(address).status_code == 200, address


@pytest.mark.parametrize("action", ["add", "{}/change", "{}/delete"])
@pytest.mark.parametrize("model", ["batches/referencebatch", "receipts/receipt"])
def test_nothing_can_be_added_changed_or_deleted(desk, client_of, batch, model, action):
    key = batch.pk if model.startswith("batches") else batch.receipts.first().pk
    address = f"/admin/{model}/{action.format(key)}/"

    assert desk.post(address, {"post": "yes"}).status_code == 403
    administrator = client_of(UserFactory(is_staff=True, is_superuser=True))
    assert administrator.post(address, {"post": "yes"}).status_code == 403


def test_staff_without_rights_see_nothing(client_of, batch):
    client = client_of(UserFactory(is_staff=True))

    assert client.get("/admin/batches/referencebatch/").status_code == 403
    assert client.get(f"/admin/receipts/receipt/{batch.receipts.first().pk}/change/").status_code == 403
