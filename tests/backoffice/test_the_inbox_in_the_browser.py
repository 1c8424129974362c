"""Inbox, users, lists and the pages of staff's sign-in as they look: a tablet and a desk, light and dark, on paper."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import expect

from pops.core.access.models import User
from tests.browsing import problems_at
from tests.factories.desk import batch_of, take
from tests.factories.inbox import make_one_of_each
from tests.factories.staff import ADMIN, DESK, member

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = ({"width": 768, "height": 1024}, {"width": 1280, "height": 900})


@pytest.mark.books_are_wrong("what waits is written down, without the money behind it")
def test_nothing_is_wrong_with_them(pay, page, live_server, sign_in):
    make_one_of_each(pay)
    dana = member(DESK, name="Dana Whitfield")
    batch_of(dana, "Front desk, morning")
    receipt = take(dana)
    alex = member(ADMIN, name="Alex Moreau")
    sign_in(alex)
    page.goto(f"{live_server.url}{reverse('backoffice:inbox')}")
    page.get_by_role("button", name="I do it").first.click()
    page.get_by_text("Alex Moreau does it.").wait_for()
    names = ["backoffice:inbox", "backoffice:inbox_done", "admin:access_user_changelist", "admin:access_user_add"]
    addresses = [
        *map(reverse, names),
        reverse("backoffice:inbox_entry", args=["dispute", "dp_1"]),
        reverse("admin:access_user_change", args=[dana.pk]),
        reverse("backoffice:reset_sign_in", args=[dana.pk]),
        reverse("admin:receipts_receipt_changelist"),
        reverse("admin:receipts_receipt_change", args=[receipt.pk]),
        reverse("backoffice:refund", args=[receipt.pk]),
    ]

    assert problems_at(page, [f"{live_server.url}{one}" for one in addresses], SIZES) == {}

    page.set_viewport_size(SIZES[0])
    page.goto(f"{live_server.url}{reverse('admin:receipts_receipt_changelist')}")
    expect(page.locator("#result_list .field-of_batch").first).to_be_visible()
    page.emulate_media(media="print")
    for unwanted in ("#header", ".desk-nav", "#toolbar", ".list-tools"):
        expect(page.locator(unwanted).first, unwanted).not_to_be_visible()
    expect(page.locator("#result_list .field-guarantor_name").first).to_be_visible()


def test_a_password_is_chosen_on_pages_without_a_fault(practice, page, live_server):
    dana = member(DESK)
    token = default_token_generator.make_token(User.objects.get(pk=dana.pk))
    link = reverse("staff_password_link", args=[urlsafe_base64_encode(force_bytes(dana.pk)), token])
    base = live_server.url

    addresses = [
        f"{base}/staff/password/",
        f"{base}/staff/password/sent/",
        f"{base}{link}",
        f"{base}/staff/password/MQ/x/",
    ]
    assert problems_at(page, addresses, SIZES) == {}

    page.goto(f"{base}/admin/desk/inbox/")
    assert page.url.endswith("/staff/sign-in/?next=/admin/desk/inbox/")
    page.goto(f"{base}{link}")
    page.get_by_label("New password").fill("a whole new sentence for a test")
    page.get_by_label("The same again").fill("a whole new sentence for a test")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_text("Your password is set. Sign in with it.").wait_for()
