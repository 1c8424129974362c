"""axe finds nothing on the portal in harsh themes: light and dark. Nor on the groups' form."""

import pytest

from payments.gateway.intents import Result
from pops.core.practice.models import Group
from pops.core.practice.pictures import HOME_IMAGE, LOGO, read_picture
from tests.browsing import DESKTOP, PHONE, accessibility_problems
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


def problems_of(page, url, addresses, sizes=(PHONE, DESKTOP)):
    found = {}
    for size in sizes:
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(url + address)
            found[address, size["width"]] = accessibility_problems(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
    return {place: problems for place, problems in found.items() if problems}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", HARSH)
def test_the_portal_in_a_harsh_theme(page, live_server, sign_in, guarantor, addresses, name, scheme):
    wear(name)
    sign_in(guarantor)
    page.emulate_media(color_scheme=scheme)

    # Colours are the same at every width: the house's own are held to it at each.
    assert problems_of(page, live_server.url, addresses, [PHONE]) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_and_how_to_pay_instead(page, live_server, sign_in, guarantor, scheme):
    wear("black and yellow")
    Group.objects.update(credit_card=False)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/sign-in/")
    assert accessibility_problems(page) == []
    sign_in(guarantor)

    assert problems_of(page, live_server.url, ["/pay/", "/signed-out/"]) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_groups_form_and_its_preview(page, live_server, sign_in, guarantor, scheme):
    sign_in(member(ADMIN))
    page.emulate_media(color_scheme=scheme)
    address = f"/admin/practice/group/{guarantor.group_id}/change/"

    assert problems_of(page, live_server.url, [address]) == {}
