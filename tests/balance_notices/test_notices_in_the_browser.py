"""Chromium: a guarantor agrees to texts, staff see a notice before it goes out; axe finds nothing on the way."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.balance_notices.models import TextConsent
from tests.balance_notices.agreeing import PHONE
from tests.browsing import problems_of
from tests.factories.accounts import GuarantorFactory
from tests.factories.staff import DESK, member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("twilio", "awake", "mail_at_once"),
]


def code_from_text(twilio):
    deliver_due(lane=Message.Lane.URGENT, channel=Message.Channel.TEXT, seconds=5)
    return re.search(r"\d{6}", twilio.store.newest(1)[0].body).group()


def check(page, problems, place):
    problems[place] = problems_of(page)


def test_from_a_phone_number_to_a_notice_that_staff_see_first(page, live_server, sign_in, group, twilio):
    problems = {}
    maria = GuarantorFactory(group=group, phone=PHONE)
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Email address").fill(maria.email)
    page.get_by_label("Text message").check()
    check(page, problems, "sign-in")
    page.get_by_role("button", name="Send me a code").click()
    check(page, problems, "code")

    sign_in(maria).goto(f"{live_server.url}/profile/")
    page.get_by_role("link", name="Change or confirm your phone number").click()
    expect(page.get_by_label("Phone number")).to_have_value(PHONE)
    check(page, problems, "phone")
    page.get_by_role("button", name="Text me a code").click()
    check(page, problems, "phone code")
    page.get_by_label("Code from the text").fill(code_from_text(twilio))
    page.get_by_role("button", name="Use this number").click()
    expect(page.get_by_role("status")).to_contain_text("It is confirmed.")

    page.get_by_role("link", name="Change how notices come").click()
    page.get_by_label("Text message").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick that you agree")
    check(page, problems, "consent")
    page.get_by_label("I agree that").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Text message")
    assert TextConsent.objects.get().given_at < timezone.now()

    desk = sign_in(member(DESK))
    desk.goto(f"{live_server.url}/admin/accounts/guarantor/{maria.pk}/change/")
    desk.get_by_role("link", name="Send a balance notice").click()
    expect(desk.get_by_label("Text message, as it goes out")).to_contain_text("As you asked: Your balance is $0.00.")
    check(desk, problems, "notice")
    desk.get_by_label(f"Text message, to {PHONE}").check()
    desk.get_by_role("button", name="Send it").click()
    expect(desk.get_by_text("The notice is on its way.")).to_be_visible()
    assert Message.objects.get(kind="balance_notice").to == "+13125550142"

    assert {place: found for place, found in problems.items() if found} == {}
