"""axe finds nothing on the portal in harsh themes: light and dark. Nor on the groups' form."""

import pytest

from payments.gateway.intents import Result
from pops.core.practice.models import Group
from pops.core.practice.pictures import HOME_IMAGE, LOGO, read_picture
from tests.browsing import PHONE, problems_at, problems_of
from tests.factories.accounts import ServiceLineFactory
from tests.factories.pictures import picture_file
from tests.factories.staff import ADMIN, member
from tests.factories.themes import HARSH

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    ServiceLineFactory(guarantor=guarantor, encounter__in_collections=True)
    paid, unsuccessful = pay(guarantor), pay(guarantor, result=Result.DECLINED)
    return ["/", "/pay/", "/receipts/", f"/receipts/{paid.number}/", f"/receipts/{unsuccessful.number}/", "/x/"]


def wear(name):
    theme = HARSH[name]
    logo, home = read_picture(picture_file(250, 64), LOGO), read_picture(picture_file(1600, 400), HOME_IMAGE)
    group = Group.objects.get()
    for field, value in {**theme.nine, "dark": theme.dark, "logo": logo, "home_image": home}.items():
        setattr(group, field, value)
    group.full_clean()
    group.save()


@pytest.mark.parametrize("name", HARSH)
def test_the_portal_in_a_harsh_theme(page, live_server, sign_in, guarantor, addresses, name):
    wear(name)
    sign_in(guarantor)

    # Colours are the same at every width: the house's own are held to it at each.
    assert problems_at(page, [live_server.url + address for address in addresses], [PHONE]) == {}


def test_sign_in_and_how_to_pay_instead(page, live_server, sign_in, guarantor):
    wear("black and yellow")
    Group.objects.update(credit_card=False)
    assert problems_at(page, [f"{live_server.url}/sign-in/"]) == {}
    sign_in(guarantor)

    assert problems_at(page, [f"{live_server.url}/pay/", f"{live_server.url}/signed-out/"]) == {}


def test_the_groups_form_and_its_preview(page, live_server, sign_in, guarantor):
    sign_in(member(ADMIN))
    page.goto(f"{live_server.url}/admin/practice/group/{guarantor.group_id}/change/", wait_until="networkidle")

    assert problems_of(page) == []
