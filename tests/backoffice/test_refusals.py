"""Staff who are refused, or lost, stay in the back office's frame; nobody else sees it."""

import pytest
from django.test import Client

from tests.factories.staff import DESK, member


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/admin/practice/practice/", 403, "You can’t open this page"),
        ("/admin/desk/month-end/", 403, "You can’t open this page"),
        ("/admin/desk/nothing/", 404, "We can’t find that page"),
        ("/admin/nothing/", 404, "We can’t find that page"),
    ],
)
def test_staff_get_the_back_offices_page(address, status, words, client_of, practice):
    answer = client_of(member(DESK)).get(address)

    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert '<a class="button default" href="/admin/">' in page
    assert 'aria-label="Desk"' in page
    assert "Go to your account" not in page.split("<main", 1)[1]
    assert practice.phone not in page


def test_guarantors_get_the_portals(client_of, guarantor, practice):
    client = client_of(guarantor)

    for address, status in (("/admin/login/", 403), ("/receipts/1/", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        assert "Go to your account" in answer.content.decode()
        assert "Back office" not in answer.content.decode()


def test_nobody_learns_of_the_back_office(practice):
    assert Client().get("/admin/nothing/").status_code == 302
    answer = Client().get("/nothing/")
    assert answer.status_code == 404
    assert "Back office" not in answer.content.decode()


def test_who_is_signed_in_already_goes_to_the_front_page(client_of, guarantor):
    assert client_of(member(DESK)).get("/admin/login/?next=/admin/access/user/").url == "/admin/"
    assert client_of(guarantor).get("/admin/login/").status_code == 403
