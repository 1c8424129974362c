"""In Chromium: a warning before the session ends, time to stay, and what becomes of the page when it has ended."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from payments.models import Payment
from pops.web.sign_in.session_end import SIGNED_OUT
from tests.browsing import accessibility_problems
from tests.factories.accounts import ServiceLineFactory
from tests.factories.staff import DESK, member

pytestmark = pytest.mark.django_db(transaction=True)


def end_in(seconds):
    Session.objects.update(expire_date=timezone.now() + dt.timedelta(seconds=seconds))


def seconds_left():
    return (Session.objects.get().expire_date - timezone.now()).total_seconds()


@pytest.fixture
def in_25_minutes(page):
    """Moves the browser's clock to where it looks after its session."""
    page.clock.install()
    return lambda: page.clock.fast_forward("25:00")


def test_a_guarantor_is_warned_and_stays(page, live_server, guarantor, sign_in, in_25_minutes):
    sign_in(guarantor).goto(live_server.url)
    end_in(100)
    in_25_minutes()

    warning = page.get_by_role("alertdialog", name="Are you still there?")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text(re.compile(r"we sign you out at \d+:\d\d [AP]M"))
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert accessibility_problems(page) == []

    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    assert seconds_left() > 1700


def test_a_session_that_another_tab_uses_is_not_warned_of(page, live_server, guarantor, sign_in, in_25_minutes):
    sign_in(guarantor).goto(live_server.url)
    with page.expect_response("**/session/"):
        in_25_minutes()

    expect(page.get_by_role("alertdialog")).to_be_hidden()


def test_what_was_on_the_screen_goes_when_the_session_has_ended(page, live_server, guarantor, sign_in, in_25_minutes):
    sign_in(guarantor).goto(f"{live_server.url}/receipts/")
    end_in(-1)
    in_25_minutes()

    expect(page).to_have_url(f"{live_server.url}/sign-in/?next=/receipts/")
    expect(page.locator("main")).to_contain_text(SIGNED_OUT)


def test_typing_counts_as_use(page, live_server, guarantor, sign_in):
    ServiceLineFactory(guarantor=guarantor)
    page.clock.install()
    sign_in(guarantor).goto(f"{live_server.url}/pay/")
    end_in(1000)
    page.clock.fast_forward("05:00")

    with page.expect_response("**/session/"):
        page.get_by_role("radio", name="Other amount").check()

    assert seconds_left() > 1700


def test_a_desk_form_half_filled_in_is_there_again(page, live_server, sign_in, in_25_minutes, practice):
    dana = member(DESK)
    sign_in(dana).goto(f"{live_server.url}/admin/desk/batch/")
    page.get_by_label("Note").fill("Monday's mail, half of it")
    end_in(-1)
    in_25_minutes()

    expect(page).to_have_url(f"{live_server.url}/staff/sign-in/?next=/admin/desk/batch/")
    expect(page.locator("main")).to_contain_text(SIGNED_OUT)
    kept = Session.objects.get(pk=next(c["value"] for c in page.context.cookies() if c["name"] == "sessionid"))
    assert "Monday" in kept.get_decoded()["kept_form"]["fields"]


def test_staff_are_warned_too(page, live_server, sign_in, in_25_minutes, practice):
    sign_in(member(DESK)).goto(f"{live_server.url}/admin/")
    end_in(100)
    in_25_minutes()

    expect(page.get_by_role("alertdialog", name="Are you still there?")).to_be_visible()
    assert accessibility_problems(page) == []


@pytest.fixture
def card(page, live_server, guarantor, sign_in, stripe_sandbox):
    """The card form of a payment, filled in."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    sign_in(guarantor).goto(f"{live_server.url}/pay/")
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    card.locator("[name=number]").fill("4242424242424242")
    card.locator("[name=expiry]").fill("12 / 34")
    card.locator("[name=cvc]").fill("123")
    return card


def pay(page):
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_no_card_is_charged_in_a_session_that_has_ended(page, live_server, card, stripe_sandbox):
    card.locator("[name=postalCode]").fill("05401")
    end_in(-1)
    pay(page)

    expect(page).to_have_url(f"{live_server.url}/sign-in/?next=/pay/{Payment.objects.get().pk}/")
    expect(page.locator("main")).to_contain_text(SIGNED_OUT)
    assert [event for event in stripe_sandbox.events if event["type"].startswith("charge.")] == []


def test_typing_the_card_counts_as_use(page, live_server, card):
    end_in(1000)
    page.evaluate("const real = Date.now; Date.now = () => real() + 300_000")

    with page.expect_response("**/session/"):
        card.locator("[name=postalCode]").fill("05401")

    assert seconds_left() > 1700


def test_a_session_that_ends_while_the_bank_is_asked_says_not_to_pay_again(page, live_server, card):
    card.locator("[name=postalCode]").fill("05401")
    page.route("**/return/", lambda route: (end_in(-1), route.continue_()))
    pay(page)

    expect(page.locator("main")).to_contain_text(
        "Your payment was sent; don't pay it again. Sign in to see the receipt."
    )
