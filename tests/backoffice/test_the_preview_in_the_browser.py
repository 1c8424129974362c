"""In Chromium: the preview follows what is typed and chosen, by keyboard too; without JavaScript a page shows it."""

import re

import pytest
from playwright.sync_api import expect

from pops.core.practice.models import Group
from tests.browsing import DESKTOP
from tests.factories.pictures import picture_file
from tests.factories.practice import GroupFactory
from tests.factories.staff import ADMIN, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def form(page, live_server, sign_in, practice):
    page.set_viewport_size(DESKTOP)
    sign_in(member(ADMIN)).goto(f"{live_server.url}/admin/practice/group/{GroupFactory().pk}/change/")
    return page


def frame_of(page):
    return page.frame_locator("#preview iframe")


def test_it_follows_what_is_typed_and_nothing_is_saved(form):
    expect(frame_of(form).get_by_role("heading", name="Maria Sample", include_hidden=True)).to_be_visible()

    form.get_by_label("Primary:", exact=True).fill("#7a2f6b")
    form.get_by_label("Name for patients").fill("Kids by the Lake")

    expect(frame_of(form).locator(".brand")).to_contain_text("Kids by the Lake")
    expect(frame_of(form).locator(".balance")).to_have_css("background-color", "rgb(122, 47, 107)")
    assert Group.objects.get().primary == "#0b5563"


def test_page_scheme_and_size_are_chosen_by_keyboard(form):
    form.get_by_role("radio", name="Home").focus()
    form.keyboard.press("ArrowRight")
    expect(frame_of(form).get_by_text("How much do you want to pay?")).to_be_visible()

    form.keyboard.press("Tab")
    form.keyboard.press("ArrowRight")
    expect(frame_of(form).locator("html")).to_have_attribute("data-theme", "dark")
    expect(frame_of(form).locator("body")).to_have_css("background-color", "rgb(16, 25, 28)")

    form.keyboard.press("Tab")
    form.keyboard.press("ArrowRight")
    expect(form.get_by_title("Preview: pay, dark, desk")).to_be_visible()


def test_the_nearest_colour_is_taken_by_a_button(form):
    form.get_by_label("Primary:", exact=True).fill("#ffd400")
    problems = form.get_by_role("status").filter(has_text="These colours can’t be read")
    expect(problems).to_contain_text("Links on the background: the contrast is 1.3 to 1")

    problems.get_by_role("button", name="Take #816600").press("Enter")

    expect(form.get_by_label("Primary:", exact=True)).to_have_value("#816600")
    expect(form.get_by_text("These colours can’t be read")).to_have_count(0)


def test_a_colour_is_picked_from_the_palette(form):
    form.get_by_label("Pick: Background").fill("#ffe4f0")

    expect(form.get_by_label("Background:", exact=True)).to_have_value("#ffe4f0")
    expect(frame_of(form).locator("body")).to_have_css("background-color", "rgb(255, 228, 240)")


def test_a_picture_that_was_only_chosen_is_shown(form):
    logo = picture_file(250, 64)
    form.get_by_label("Logo:", exact=True).set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": logo.read()}
    )

    expect(frame_of(form).locator(".brand-logo")).to_have_attribute("src", re.compile("^data:image/png"))


def test_without_javascript_the_form_saves_and_all_previews_open(browser, live_server, client_of, practice):
    group = GroupFactory()
    context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)
    cookie = client_of(member(ADMIN)).cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/practice/group/{group.pk}/change/")
    page.get_by_label("Primary:", exact=True).fill("#7a2f6b")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Show all pages").click()
    expect(opened.value.locator("iframe")).to_have_count(12)

    page.get_by_label("Why").fill("The practice has a new look")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    assert Group.objects.get().primary == "#7a2f6b"
    context.close()
