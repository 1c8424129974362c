"""At the desk: a QR code on the screen, and an end to a link that went astray."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from pops.core.practice.models import Group
from pops.quickpay.models import Link
from pops.quickpay.services import find_link, make_link, why_not_enter
from tests.factories.accounts import UserFactory
from tests.factories.staff import DESK, member
from tests.moments import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def dana(practice):
    return member(DESK, name="Dana Whitfield")


@pytest.fixture
def desk(dana, client_of):
    return client_of(dana)


def code_page(guarantor):
    return reverse("backoffice:generate_code", args=[guarantor.pk])


def test_a_code_is_shown_once_and_looking_at_its_page_makes_none(desk, dana, guarantor):
    assert "It is good for 30 days" in desk.get(code_page(guarantor)).content.decode()
    assert not Link.objects.exists()

    answer = desk.post(code_page(guarantor))

    link = Link.objects.get()
    assert (link.origin, link.made_by, link.guarantor) == ("qr", dana, guarantor)
    picture = re.search(r'src="data:image/svg\+xml[^"]+"', answer.content.decode())
    assert picture, "an SVG"
    assert "April 1, 2026" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_group_without_quickpay_gets_none(desk, guarantor):
    Group.objects.update(quickpay=False)

    assert "QuickPay is switched off" in desk.get(code_page(guarantor)).content.decode()
    assert desk.post(code_page(guarantor)).status_code == 422
    assert not Link.objects.exists()


def test_a_link_is_listed_and_revoked(desk, dana, guarantor):
    link, token = make_link(guarantor=guarantor, origin="email", now=NOON)
    page = reverse("admin:accounts_guarantor_change", args=[guarantor.pk])
    revoke = reverse("backoffice:revoke_link", args=[link.pk])
    listed = desk.get(page).content.decode()
    assert "Email link" in listed
    assert revoke in listed
    assert token not in listed

    form = desk.get(revoke).context["form"]
    answer = desk.post(revoke, {"form_id": form["form_id"].value()}, follow=True)

    assert "The link is revoked." in answer.content.decode()
    assert "Revoked March 2, 2026, 12:00 PM by Dana Whitfield" in answer.content.decode()
    assert why_not_enter(find_link(token), now=NOON).code == "revoked"
    assert "no longer works as it is" in desk.get(revoke).content.decode()


def test_an_expired_link_is_called_so(desk, guarantor):
    make_link(guarantor=guarantor, origin="email", now=NOON - dt.timedelta(days=31))

    page = desk.get(reverse("admin:accounts_guarantor_change", args=[guarantor.pk])).content.decode()

    assert "Expired March 1, 2026, 12:00 PM" in page


def test_who_has_no_right_makes_and_revokes_none(guarantor, client_of):
    link, _ = make_link(guarantor=guarantor, origin="email", now=NOON)
    nobody = client_of(UserFactory(is_staff=True))

    for address in (code_page(guarantor), reverse("backoffice:revoke_link", args=[link.pk])):
        assert nobody.post(address).status_code == 403
    assert Link.objects.filter(revoked_at=None).count() == 1
