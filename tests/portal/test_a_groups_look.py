"""Pages wear the theme, logo, favicon, home image and name of their group; the theme is kept by browsers for ever."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pops.core.practice.models import Group
from pops.core.practice.pictures import FAVICON, HOME_IMAGE, LOGO, read_picture
from pops.core.practice.theme import theme_address
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.pictures import picture_file
from tests.factories.practice import GroupFactory
from tests.factories.themes import HARSH

PINK = HARSH["pink"]
SHEET = re.compile(r'<link rel="stylesheet" href="(/theme/[^"]+)">')


@pytest.fixture
def pediatrics(practice):
    return GroupFactory(name="Pediatrics", shown_name="Lakeside Kids", **PINK.nine)


def sheet_in(page):
    found = SHEET.search(page.content.decode())
    return found[1] if found else None


def test_each_guarantor_sees_their_groups_theme(client_of, pediatrics, guarantor):
    assert sheet_in(client_of(GuarantorFactory(group=pediatrics)).get("/")) == theme_address(PINK)
    assert sheet_in(client_of(guarantor).get("/")) is None, "the house's own needs no sheet"


def test_the_sheet_is_kept_for_ever_and_asks_no_database(pediatrics, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get(theme_address(PINK))

    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--color-primary: #a3005c;" in answer.content.decode()
    assert not answer.cookies


def test_another_theme_has_another_address(pediatrics):
    before = theme_address(pediatrics.theme)
    Group.objects.update(primary="#8a0050")

    assert theme_address(Group.objects.get().theme) != before
    assert Client().get(before).status_code == 200, "a page that is open still looks as it did"


def test_a_sheet_of_the_release_before_is_not_kept(pediatrics):
    address = re.sub(r"/theme/\w+/", "/theme/0ld/", theme_address(PINK))

    assert Client().get(address)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("change", [lambda a: a.replace("a3005c", "a3005d"), lambda a: a[:-6] + "x.css"])
def test_nobody_else_has_us_make_a_sheet(pediatrics, change):
    assert Client().get(change(theme_address(PINK))).status_code == 404


def test_the_theme_costs_no_query(client_of, pediatrics, django_assert_num_queries):
    plain, themed = client_of(GuarantorFactory()), client_of(GuarantorFactory(group=pediatrics))
    with CaptureQueriesContext(connection) as counted:
        plain.get("/receipts/")

    with django_assert_num_queries(len(counted)):
        themed.get("/receipts/")


def test_pictures_and_name_head_the_page(client_of, pediatrics):
    pediatrics.logo = read_picture(picture_file(250, 64), LOGO)
    pediatrics.favicon = read_picture(picture_file(64, 64), FAVICON)
    pediatrics.home_image = read_picture(picture_file(1600, 400), HOME_IMAGE)
    pediatrics.save()

    page = client_of(GuarantorFactory(group=pediatrics)).get("/").content.decode()

    assert f'src="/{pediatrics.logo.name}"' in page
    assert 'alt="Lakeside Kids"' in page
    assert f'<link rel="icon" href="/{pediatrics.favicon.name}"' in page
    assert f'src="/{pediatrics.home_image.name}" alt=""' in page
    assert "– Lakeside Kids</title>" in page
    for file in (pediatrics.logo, pediatrics.favicon, pediatrics.home_image):
        answer = Client().get(f"/{file.name}")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_other_stored_file_is_handed_out(db):
    assert Client().get("/pictures/receipt-100001.pdf").status_code == 404
    assert Client().get(f"/pictures/{'0' * 32}.png").status_code == 404


def test_sign_in_wears_the_look_of_the_only_group(pediatrics):
    assert sheet_in(Client().get("/sign-in/")) == theme_address(PINK)
    GroupFactory()
    assert sheet_in(Client().get("/sign-in/")) is None, "whose guarantor comes isn't known there"


def test_a_login_of_two_groups_sees_that_of_the_account_in_hand(client_of, pediatrics):
    own, childs = GuarantorFactory(), GuarantorFactory(group=pediatrics, login=False)
    link(childs, login_of(own))
    client = client_of(own)
    assert sheet_in(client.get("/accounts/")) is None

    client.post("/accounts/switch/", {"account": childs.pk})
    assert sheet_in(client.get("/receipts/")) == theme_address(PINK)
    assert sheet_in(client.get("/not-there/")) == theme_address(PINK)

    client.post("/accounts/switch/", {"account": own.pk})
    assert sheet_in(client.get("/receipts/")) is None


def test_staff_see_the_house(client_of, staff_user, pediatrics):
    assert sheet_in(client_of(staff_user).get("/not-there/")) is None
