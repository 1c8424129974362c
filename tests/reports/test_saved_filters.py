"""A report's question is kept under a name: for oneself, or shared; and opened from the dashboard."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from payments.reports.models import SavedFilter
from payments.reports.saved import MANY, save_filter
from pops.core.practice.models import Group
from tests.browsing import problems_of
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import GroupFactory
from tests.factories.staff import DESK, MANAGER, member

USAGE = "session-usage"
REPORT = reverse("backoffice:report", args=[USAGE])
SAVE = reverse("backoffice:save_filter", args=[USAGE])


@pytest.fixture
def ruth(practice):
    return member(MANAGER, name="Ruth Castellano")


def save(by, name="Mails", question="span=last_month&origin=email", *, is_shared=False):
    return save_filter(report=USAGE, question=question, name=name, is_shared=is_shared, by=by)


def dashboard(client):
    return client.get(reverse("backoffice:reports")).content.decode()


def test_the_apps_bare_list_leads_to_the_dashboard(ruth, client_of):
    assert client_of(ruth).get("/admin/reports/").url == reverse("backoffice:reports")


def test_it_keeps_the_question_with_its_words(ruth, client_of):
    client = client_of(ruth)
    asked = f"{SAVE}?span=last_month&origin=email"
    assert "Origin: Email link." in client.get(asked).content.decode()

    answer = client.post(asked, {"name": "Mails "})

    assert answer.url == f"{REPORT}?span=last_month&origin=email"
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.question, saved.owner, saved.is_shared) == (
        "Mails", "span=last_month&origin=email", ruth, False,
    )  # fmt: skip
    assert answer.url.replace("&", "&amp;") in dashboard(client)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the filter a name."),
        (" \u202e ", "Give the filter a name."),
        ("Mails", "You have a saved filter of this name for this report. Choose another name."),
        ("x" * 81, "at most 80 characters"),
    ],
)
def test_a_name_that_will_not_do_is_told(ruth, client_of, name, words):
    save(ruth)

    answer = client_of(ruth).post(f"{SAVE}?origin=qr", {"name": name})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert SavedFilter.objects.count() == 1


def test_what_cant_be_answered_is_not_saved(ruth, client_of):
    client = client_of(ruth)

    assert "there is no “fax”" in client.get(f"{SAVE}?origin=fax").content.decode()
    assert client.post(f"{SAVE}?origin=fax", {"name": "Fax"}).status_code == 422
    assert not SavedFilter.objects.exists()


def test_nobody_keeps_more_than_can_be_looked_through(ruth, client_of):
    SavedFilter.objects.bulk_create(SavedFilter(report=USAGE, name=f"{n}", owner=ruth) for n in range(MANY))

    assert "Delete one that you don&#x27;t need" in client_of(ruth).post(SAVE, {"name": "One more"}).content.decode()


def test_own_ones_are_nobody_elses_and_shared_ones_are_changed_by_their_owner_alone(ruth, client_of):
    own, shared = save(ruth), save(ruth, "For all", is_shared=True)
    other = client_of(member(MANAGER))

    page = dashboard(other)
    assert "For all" in page
    assert "shared by Ruth Castellano" in page
    assert ">Mails<" not in page
    for name in ("change_filter", "delete_filter"):
        assert other.get(reverse(f"backoffice:{name}", args=[own.pk])).status_code == 404
        address = reverse(f"backoffice:{name}", args=[shared.pk])
        assert "Only who saved this filter can change it." in other.get(address).content.decode()
        assert other.post(address, {"name": "Mine now"}).status_code == 422
        assert address not in page
    assert set(SavedFilter.objects.values_list("name", flat=True)) == {"Mails", "For all"}


def test_it_is_renamed_shared_and_deleted(ruth, client_of):
    saved, client = save(ruth), client_of(ruth)
    change = reverse("backoffice:change_filter", args=[saved.pk])

    assert client.post(change, {"name": "By mail", "is_shared": "on"}).status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.is_shared) == ("By mail", True)
    assert client.post(change, {"name": "By mail"}).status_code == 302
    saved.refresh_from_db()
    assert not saved.is_shared
    assert client.post(reverse("backoffice:delete_filter", args=[saved.pk])).status_code == 302
    assert not SavedFilter.objects.exists()


def test_who_may_not_share_is_not_asked_and_not_heard(ruth, client_of):
    ruth.groups.clear()
    rights = Permission.objects.filter(codename__in=["view_session_usage", "view_reportrun"])
    ruth.user_permissions.set(rights)
    client = client_of(ruth)
    assert "is_shared" not in client.get(SAVE).content.decode()

    client.post(SAVE, {"name": "Mine", "is_shared": "on"})

    assert not SavedFilter.objects.get().is_shared


def test_who_may_not_open_the_report_has_nothing_of_it(ruth, client_of):
    shared = save(ruth, is_shared=True)
    client = client_of(member(DESK))

    assert client.get(SAVE).status_code == 403
    assert client.get(reverse("backoffice:change_filter", args=[shared.pk])).status_code == 403
    assert "Mails" not in dashboard(client)
    assert "Session Usage" not in dashboard(client)


def test_what_it_names_and_is_not_there_any_more_is_told_in_words(ruth, client_of):
    group = GroupFactory(name="Lakeside Kids")
    saved = save(ruth, question=f"group={group.pk}")
    Group.objects.filter(pk=group.pk).delete()

    answer = client_of(ruth).get(f"{REPORT}?{saved.question}")

    assert answer.status_code == 422
    assert f"POPS Group {group.pk} is not there any more. Choose others from the list." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_saved_shared_and_opened_again_in_the_browser(page, live_server, sign_in, ruth):
    sign_in(ruth).goto(f"{live_server.url}/admin/")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Reports").click()
    page.get_by_label("Session Usage, by span").get_by_role("link", name="Last month").click()
    assert "span=last_month" in page.url
    assert problems_of(page) == []
    page.get_by_role("link", name="Save this filter").click()
    page.get_by_label("Name").fill("Every month")
    page.get_by_label("Share it").check()
    page.get_by_role("button", name="Save").click()
    assert "Saved as Every month." in page.locator(".messagelist").text_content()

    page.context.clear_cookies()
    sign_in(member(MANAGER)).goto(live_server.url + reverse("backoffice:reports"))
    assert problems_of(page) == []
    page.get_by_role("link", name="Every month").click()
    assert page.get_by_role("link", name="Last month").get_attribute("aria-current") == "true"


def test_a_long_question_is_saved_too(ruth, client_of):
    numbers = ",".join(GuarantorFactory(account_number=f"HOUSEHOLD-{n:05}").account_number for n in range(20))
    page = f"{reverse('backoffice:save_filter', args=['pops-payments'])}?guarantor={numbers}"

    answer = client_of(ruth).post(page, {"name": "Twenty households"})

    assert answer.status_code == 302
    assert numbers in SavedFilter.objects.get().question
