"""Signing in by name, the profile and the appointments in Chromium: on a phone, by keyboard, without JavaScript."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.appointments.asking import answer_request
from pops.appointments.models import AppointmentRequest
from pops.logins.models import EmailChange
from pops.logins.phones import ask_phone_change
from tests.browsing import DESKTOP, NARROW, PHONE, problems_of
from tests.factories.accounts import GuarantorFactory, PatientFactory, link, login_of
from tests.factories.appointments import AppointmentFactory, AppointmentRequestFactory
from tests.factories.staff import DESK, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_at_once", "practice")]


@pytest.fixture
def maria():
    maria = GuarantorFactory(
        name="María Álvarez", account_number="48210", email="maria@example.com", phone="(555) 010-3000"
    )
    maria.group.appointments = maria.group.appointment_requests = True
    maria.group.save()
    PatientFactory(guarantor=maria, name="María Álvarez", birth_date=dt.date(1984, 3, 1))
    return maria


@pytest.fixture
def leo(maria):
    leo = PatientFactory(guarantor=maria, name="Leo Alvarez")
    coming = timezone.now() + dt.timedelta(days=5)
    AppointmentFactory(patient=leo, starts_at=coming, visit_type="Follow-up", minutes=20)
    AppointmentFactory(patient=leo, starts_at=coming - dt.timedelta(days=30), status="missed")
    return leo


@pytest.fixture
def plain_page(browser):
    """A phone without JavaScript."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def code_from_mail(lane=Message.Lane.URGENT):
    deliver_due(lane=lane, seconds=5)
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()


def walk(page, live_server):
    """From the practice's website to a profile with another address and an appointment asked for."""
    page.goto(f"{live_server.url}/sign-in/name/?next=/profile/")
    page.get_by_label("First name").fill("maria")
    page.get_by_label("Last name").fill("alvarez")
    page.get_by_label("Date of birth").fill("03/01/1984")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.locator("main")).not_to_contain_text("maria@example.com")
    page.get_by_label("Code").fill(code_from_mail())
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/profile/")

    page.get_by_role("link", name="Change your email address").click()
    page.get_by_label("New email address").fill("mia@example.com")
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(code_from_mail())
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("status")).to_contain_text("Your email address is mia@example.com now.")

    page.get_by_role("link", name="Change how notices come").click()
    page.get_by_label("Paper").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Paper")

    page.get_by_text("Menu").click()
    page.get_by_role("link", name="Appointments").click()
    page.get_by_role("link", name="Ask for an appointment").click()
    page.get_by_label("Leo Alvarez").check()
    page.get_by_label("Days and times").fill("Tuesday after 3 PM")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("main")).to_contain_text("Leo Alvarez: Tuesday after 3 PM")


def check_what_is_kept(maria):
    maria.refresh_from_db()
    assert (maria.email, login_of(maria).email, maria.notices_by) == ("mia@example.com", "mia@example.com", "paper")
    assert AppointmentRequest.objects.get().wishes == "Tuesday after 3 PM"


def test_the_whole_way_on_a_phone(page, live_server, maria, leo):
    page.set_viewport_size(PHONE)
    walk(page, live_server)

    check_what_is_kept(maria)


def test_the_whole_way_without_javascript(plain_page, live_server, maria, leo):
    walk(plain_page, live_server)

    check_what_is_kept(maria)


def test_a_way_to_be_told_is_chosen_by_keyboard(page, live_server, sign_in, maria):
    sign_in(maria).goto(f"{live_server.url}/profile/notices/")
    page.get_by_label("Email").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Your choice is saved.")
    maria.refresh_from_db()
    assert maria.notices_by == "paper"


def check(page, problems, place):
    problems[place] = problems_of(page, (NARROW, PHONE, DESKTOP))


@pytest.fixture
def all_there_is(maria, leo):
    """A change of address and a number that wait, a wish that waits and one that is answered, two accounts."""
    link(GuarantorFactory(name="Odette Beaumont", login=False, email=maria.email), login_of(maria))
    AppointmentRequestFactory(guarantor=maria, patient=leo)
    answered = AppointmentRequestFactory(guarantor=maria, patient=leo, reason="A sore throat")
    facts = {"now": timezone.now(), "by": member(DESK)}
    answer_request(request_id=answered.pk, is_declined=True, note="Please call us.", **facts)
    ask_phone_change(guarantor_id=maria.pk, new_phone="555 010 4444", now=timezone.now(), by=login_of(maria))
    EmailChange.objects.create(
        guarantor=maria, new_email="mia@example.com", by_code=True, asked_by=login_of(maria), asked_at=timezone.now()
    )


@pytest.mark.long
def test_axe_finds_nothing(page, live_server, sign_in, maria, all_there_is):
    problems = {}
    page.goto(f"{live_server.url}/sign-in/name/")
    page.get_by_role("button", name="Send me a code").click()  # with nothing in it
    check(page, problems, "the name")
    for label, words in {"First name": "maria", "Last name": "alvarez", "Date of birth": "1"}.items():
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Send me a code").click()
    check(page, problems, "the code")

    sign_in(maria).goto(f"{live_server.url}/accounts/")
    page.get_by_role("button", name="María Álvarez").click()
    for address in ("profile/", "profile/email/code/", "profile/email/", "appointments/"):
        page.goto(f"{live_server.url}/{address}")
        check(page, problems, address)
    for address in ("profile/name/", "profile/phone/", "profile/notices/", "appointments/new/", "profile/email/"):
        page.goto(f"{live_server.url}/{address}")
        if "name" not in address:
            page.locator("main form button.button").click()  # with nothing in it
        check(page, problems, f"{address} refused")

    assert {place: found for place, found in problems.items() if found} == {}
