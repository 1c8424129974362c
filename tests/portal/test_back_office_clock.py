from tests.factories.accounts import UserFactory
from tests.moments import NOON


def test_the_back_office_shows_the_practices_time(pay, client_of):
    receipt = pay(at=NOON)  # 17:00 UTC
    administrator = client_of(UserFactory(is_staff=True, is_superuser=True))

    page = administrator.get(f"/admin/receipts/receipt/{receipt.pk}/change/").content.decode()

    assert "March 2, 2026, 12:00 PM" in page


def test_the_back_office_opens_before_there_is_a_practice(db, client_of):
    assert client_of(UserFactory(is_staff=True)).get("/admin/").status_code == 200
