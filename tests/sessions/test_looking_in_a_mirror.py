"""A mirror shows staff what the guarantor sees: to who opened it alone, until it is ended. Who looked is kept."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from pops.core.practice.models import Group, Practice
from pops.sessions.keeping import expire_sessions
from pops.sessions.models import PortalSession
from pops.web.sign_in.second_factor import SESSION_KEY
from tests.browsing import DESKTOP, accessibility_problems
from tests.factories.accounts import (
    EncounterFactory,
    GuarantorFactory,
    PatientFactory,
    ServiceLineFactory,
    link,
    login_of,
)
from tests.factories.staff import DESK, MANAGER, member
from tests.sessions.looking import REASON, open_mirror


@pytest.fixture
def ruth(practice):
    return member(DESK, name="Ruth Okafor")


def test_it_shows_the_guarantors_pages_with_links_that_stay_in_it(guarantor, ruth, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_345)
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)

    page = client.get(mirror).content.decode()

    assert "$123.45" in page
    assert f"You see what {guarantor.name} sees" in page
    assert {f'href="{mirror}receipts/"', f'href="{mirror}profile/"', f'href="{mirror}pay/"'} <= set(
        re.findall(r'href="[^"]*"', page)
    )
    assert "Sign out" not in page
    assert 'action="/session/"' in page, "the session that ends for want of use is the one of staff"
    assert "$123.45" in client.get(f"{mirror}account/").content.decode()


def test_it_shows_what_the_group_shows(guarantor, ruth, client_of):
    Group.objects.update(account_dashboard=False, logout_function=Group.LogoutFunction.CLOSE)
    client = client_of(ruth)

    assert client.get(f"{open_mirror(client, guarantor)}account/").status_code == 404


def test_quickpay_is_simulated_as_a_link_shows_it(guarantor, ruth, client_of):
    Group.objects.update(session_minutes=5)
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_345)
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor, by_link="on")

    page = client.get(f"{mirror}quickpay/").content.decode()
    main = page[page.index("<main") :]

    assert "$123.45" in main
    assert "Maria A." in main
    assert guarantor.name not in main
    assert "sees by a QuickPay link" in page
    session = PortalSession.objects.get()
    assert (session.origin, session.authentication) == ("staff", "quickpay")
    assert not guarantor.quickpay_links.exists()
    client.get("/admin/")
    assert (Session.objects.get(pk=client.session.session_key).expire_date - timezone.now()).total_seconds() > 1700


def test_where_quickpay_is_off_it_can_not_be_simulated(guarantor, ruth, client_of):
    Group.objects.update(quickpay=False)
    client = client_of(ruth)

    assert "Simulate QuickPay" not in client.get(f"/admin/desk/accounts/{guarantor.pk}/mirror/").content.decode()
    assert client.get(open_mirror(client, guarantor)).status_code == 200


def test_what_is_confidential_is_hidden_from_staff_with_the_right_too(guarantor, client_of):
    visit = EncounterFactory(patient=PatientFactory(guarantor=guarantor), is_confidential=True)
    ServiceLineFactory(encounter=visit, description="Xenotherapy")
    client = client_of(member(MANAGER))
    mirror = open_mirror(client, guarantor)

    assert "Xenotherapy" not in client.get(f"{mirror}account/").content.decode()


def test_it_shows_no_other_account_of_the_same_login(guarantor, ruth, client_of):
    mother = GuarantorFactory(login=False, name="Ines Vandermeer")
    link(mother, login_of(guarantor))
    client = client_of(ruth)

    assert "Vandermeer" not in client.get(open_mirror(client, guarantor)).content.decode()


def test_an_account_that_nobody_signs_in_to_is_shown_too(practice, ruth, client_of):
    walk_in = GuarantorFactory(login=False, name="Ines Vandermeer")
    client = client_of(ruth)

    assert "Vandermeer" in client.get(f"{open_mirror(client, walk_in)}profile/").content.decode()


def test_staff_look_before_the_portal_is_open(guarantor, ruth, client_of):
    Practice.objects.update(opened_at=None)
    client = client_of(ruth)

    assert client.get(open_mirror(client, guarantor)).status_code == 200


def test_who_looked_at_whom_when_and_why_is_kept(guarantor, ruth, client_of):
    client = client_of(ruth)
    open_mirror(client, guarantor)

    session = PortalSession.objects.get()
    assert (session.origin, session.by, session.guarantor, session.reason) == ("staff", ruth, guarantor, REASON)
    history = client.get(f"/admin/accounts/guarantor/{guarantor.pk}/history/").content.decode()
    assert "Seen in a mirror by" in history
    assert "Ruth Okafor" in history
    assert REASON in history


def test_a_reason_is_asked_for(guarantor, ruth, client_of):
    answer = client_of(ruth).post(f"/admin/desk/accounts/{guarantor.pk}/mirror/", {"reason": " "})

    assert answer.status_code == 422
    assert not PortalSession.objects.exists()


def test_it_is_ended_and_shows_nothing_any_more(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)

    answer = client.post(f"/admin/desk/mirrors/{PortalSession.objects.get().pk}/end/")

    assert answer.url == f"/admin/accounts/guarantor/{guarantor.pk}/change/"
    assert PortalSession.objects.get().why_ended == PortalSession.WhyEnded.SIGNED_OUT
    gone = client.get(f"{mirror}receipts/")
    assert gone.status_code == 410
    assert "This mirror has ended" in gone.content.decode()
    assert client.get("/admin/").status_code == 200


def test_it_ends_with_the_session_of_staff(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)
    Session.objects.update(expire_date=timezone.now())

    assert client.get(mirror).url.startswith("/staff/sign-in/?next=/mirror/")
    expire_sessions(now=timezone.now())
    assert PortalSession.objects.get().why_ended == PortalSession.WhyEnded.EXPIRED
    assert client_of(ruth).get(mirror).status_code == 410


def test_ending_it_from_the_list_signs_no_staff_out(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)

    client.post(f"/admin/desk/sessions/{PortalSession.objects.get().pk}/end/", {})

    assert client.get(mirror).status_code == 410
    assert client.get("/admin/").status_code == 200


def test_nobody_else_looks_into_it(guarantor, ruth, client_of):
    mirror = open_mirror(client_of(ruth), guarantor)
    others = [client_of(member(MANAGER)), client_of(guarantor), client_of(GuarantorFactory())]

    assert [other.get(mirror).status_code for other in others] == [404, 404, 404]
    assert Client().get(mirror).url == f"/staff/sign-in/?next={mirror}"
    assert client_of(ruth).get(mirror).status_code == 410, "the same person in another browser"


def test_the_right_is_asked_with_each_page(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)
    ruth.groups.clear()

    assert client.get(mirror).status_code == 404
    assert client.get(f"/admin/desk/accounts/{guarantor.pk}/mirror/").status_code == 403


def test_without_the_second_factor_nothing_is_shown(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)
    session = client.session
    del session[SESSION_KEY]
    session.save()

    assert client.get(mirror).status_code == 404


def test_pages_of_other_doors_are_not_in_it(guarantor, ruth, client_of):
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)

    doors = ["admin/", "sign-out/", "session/", "sign-in/", "mirror/1/", "webhooks/stripe/", "health/", "preview/"]
    assert {client.get(f"{mirror}{door}").status_code for door in doors} <= {403, 404}
    assert client.get(f"{mirror}nowhere/").status_code == 404


def test_after_a_look_addresses_are_the_portals_own_again(guarantor, ruth, client_of):
    Group.objects.update(primary="#123456")
    client = client_of(ruth)
    mirror = open_mirror(client, guarantor)
    assert f'href="{mirror}theme/' in client.get(mirror).content.decode()

    page = client_of(guarantor).get("/").content.decode()

    assert "/mirror/" not in page
    assert 'href="/theme/' in page


@pytest.mark.django_db(transaction=True)
def test_in_the_browser(page, live_server, sign_in, guarantor, ruth):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    page.set_viewport_size(DESKTOP)
    sign_in(ruth).goto(f"{live_server.url}/admin/accounts/guarantor/{guarantor.pk}/change/")
    page.get_by_role("link", name="See it as the guarantor does").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Sign in").click()

    band = page.get_by_role("region", name="Mirror")
    assert guarantor.name in band.inner_text()
    page.get_by_role("link", name="Pay", exact=True).click()
    assert accessibility_problems(page) == []
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("Nothing was changed")
    page.wait_for_load_state("networkidle")
    assert accessibility_problems(page) == []
    assert not guarantor.payments.exists()
    page.go_back()
    expect(page.get_by_role("radio", name="Current Balance")).to_be_visible()

    page.get_by_role("region", name="Mirror").get_by_role("button", name="End mirror").click()
    page.wait_for_url(f"**/admin/accounts/guarantor/{guarantor.pk}/change/")
    page.wait_for_load_state("networkidle")
    page.go_back()
    expect(page.locator("main")).to_contain_text("This mirror is over")
