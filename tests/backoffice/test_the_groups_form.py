"""A POPS Group's form: every option in its panel, explained; bad colours and pictures refused in words; the preview."""

import re

import pytest
from django.urls import reverse

from batches.models import ReferenceBatch
from pops.core.accounts.models import Guarantor
from pops.core.practice.drafts import sign_draft
from pops.core.practice.models import Group
from pops.web.backoffice.lists.groups import GroupAdmin
from receipts.models import Receipt
from tests.factories.pictures import picture_file
from tests.factories.practice import GroupFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member
from tests.factories.themes import HARSH

PINK = HARSH["pink"]


@pytest.fixture
def group(practice):
    return GroupFactory(name="Lakeside Kids")


@pytest.fixture
def admin(client_of, group):
    return client_of(member(ADMIN))


def address_of(group, *more):
    return reverse("admin:practice_group_change", args=[group.pk]) + "".join(more)


def form_of(client, address, **changes):
    """What the browser would send: the form as it is shown, and the changes."""
    form = client.get(address).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}
    sent = {name: value for name, value in sent.items() if name not in ("logo", "favicon", "home_image")}
    return {**sent, "why": "The practice has a new look", **changes}


def test_every_option_is_in_a_panel_and_explained():
    fields = {field.name: field for field in Group._meta.concrete_fields if not field.primary_key}
    shown = [name for _, panel in GroupAdmin.fieldsets for name in panel["fields"]]
    panels = [name for name, _ in GroupAdmin.fieldsets]

    assert panels[1:6] == ["Branding", "Theme", "Look and Feel", "Payments", "Scheduling"]
    assert set(shown) - {"why"} == set(fields)
    assert [name for name, field in fields.items() if name != "name" and not field.help_text.endswith(".")] == []


def test_a_theme_is_saved_with_who_and_why(admin, group):
    answer = admin.post(address_of(group), form_of(admin, address_of(group), **PINK.nine))

    group.refresh_from_db()
    assert answer.status_code == 302
    assert group.theme == PINK
    assert "The practice has a new look" in admin.get(address_of(group).replace("change", "history")).content.decode()


def test_a_colour_that_can_not_be_read_is_refused_beside_its_field(admin, group):
    page = admin.post(address_of(group), form_of(admin, address_of(group), primary="#ffd400")).content.decode()

    assert "Links on the background: the contrast is 1.3 to 1" in page
    assert "The nearest primary colour that passes is #816600." in page
    assert not Group.objects.filter(primary="#ffd400").exists()


def test_pictures_are_kept_anew_and_can_be_taken_away(admin, group):
    address = address_of(group)
    admin.post(address, form_of(admin, address, logo=picture_file(250, 64, form="JPEG")))
    group.refresh_from_db()
    assert re.fullmatch(r"pictures/[0-9a-f]{32}(_\w{7})?\.png", group.logo.name)

    admin.post(address, form_of(admin, address, **{"logo-clear": "on"}))
    group.refresh_from_db()
    assert not group.logo


def test_a_picture_of_the_wrong_size_is_refused_in_words(admin, group):
    page = admin.post(address_of(group), form_of(admin, address_of(group), logo=picture_file(64, 64)))

    assert "A logo is 250 x 64 pixels, or 500 x 128. This picture is 64 x 64 pixels." in page.content.decode()


def test_the_ways_to_pay_are_switched(admin, group):
    ways = ("apple_pay", "google_pay", "store_payment_method")

    ways_on = {**dict.fromkeys(ways, "on"), "split_payments": "facility"}
    admin.post(address_of(group), form_of(admin, address_of(group), **ways_on))

    group.refresh_from_db()
    assert [getattr(group, name) for name in ways] == [True] * 3
    assert group.split_payments == Group.SplitPayments.FACILITY


@pytest.mark.parametrize("minutes", ["4", "121", "soon"])
def test_a_session_is_5_to_120_minutes(admin, group, minutes):
    answer = admin.post(address_of(group), form_of(admin, address_of(group), session_minutes=minutes))

    assert answer.status_code == 200
    assert "session_minutes" in answer.context["adminform"].form.errors


def test_a_new_group_is_made(admin):
    address = reverse("admin:practice_group_add")

    answer = admin.post(address, form_of(admin, address, name="Lakeside Dental", **PINK.nine))

    assert answer.status_code == 302
    assert Group.objects.get(name="Lakeside Dental").theme == PINK


# --- The preview ------------------------------------------------------------------------------------------------


def ask(client, group, **changes):
    form = form_of(client, address_of(group), **changes)
    return client.post(address_of(group, "preview/"), form, headers={"accept": "application/json"}).json()


def look(client, draft, page="home", scheme="light"):
    return client.get("/preview/", {"draft": draft, "page": page, "scheme": scheme})


@pytest.mark.parametrize(
    ("page", "words"), [("home", "Pay now"), ("pay", "How much do you want to pay?"), ("receipt", "Annual physical")]
)
def test_the_real_pages_are_shown_in_what_is_not_saved(admin, group, page, words):
    draft = ask(admin, group, shown_name="Kids by the Lake", **PINK.nine)["draft"]

    shown = look(admin, draft, page, "dark")

    text = shown.content.decode()
    assert shown.status_code == 200
    assert words in text
    assert "Kids by the Lake" in text
    assert "/theme/" in text
    assert 'data-theme="dark"' in text
    assert "<body inert>" in text
    assert Group.objects.get().theme != PINK


def test_nothing_of_it_stays(admin, group):
    draft = sign_draft(group)
    for page in ("home", "pay", "receipt"):
        look(admin, draft, page)

    assert Group.objects.count() == 1
    assert not Guarantor.objects.exists()
    assert not ReferenceBatch.objects.exists()
    assert not Receipt.objects.exists()
    assert admin.get("/admin/").status_code == 200, "still signed in as oneself"


def test_options_that_are_not_saved_take_effect_in_it(admin, group):
    form = form_of(admin, address_of(group))
    del form["credit_card"]
    answer = admin.post(address_of(group, "preview/"), form, headers={"accept": "application/json"})

    assert "Paying by card is not offered here" in look(admin, answer.json()["draft"], "pay").content.decode()


def test_only_it_may_stand_in_a_frame_and_only_in_ours(admin, group):
    shown = look(admin, sign_draft(group))

    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe" not in shown["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in admin.get(address_of(group))["Content-Security-Policy"]


def test_bad_colours_are_told_while_they_are_typed(admin, group):
    (problem,) = ask(admin, group, primary="#ffd400")["problems"]

    assert (problem["field"], problem["nearest"]) == ("primary", "#816600")
    assert ask(admin, group, primary="#ffd4")["problems"] == [], "half typed"


def test_a_forged_or_missing_draft_shows_nothing(admin, group):
    draft = sign_draft(group)

    assert look(admin, draft[:-2] + "xx").status_code == 404
    assert look(admin, draft, page="admin").status_code == 404
    assert look(admin, draft, scheme="sepia").status_code == 404
    assert admin.get("/preview/").status_code == 404


def test_only_staff_with_the_right_see_it(client_of, group, guarantor):
    draft = sign_draft(group)

    assert look(client_of(member(MANAGER)), draft).status_code == 200
    assert look(client_of(member(DESK)), draft).status_code == 404
    assert look(client_of(guarantor), draft).status_code == 404
    assert client_of(member(MANAGER)).post(address_of(group, "preview/")).status_code == 403


def test_without_javascript_all_previews_are_on_one_page(admin, group):
    form = form_of(admin, address_of(group), primary="#ffd400")

    page = admin.post(address_of(group, "preview/"), form).content.decode()

    assert page.count("<iframe") == 12
    assert "Links on the background" in page
