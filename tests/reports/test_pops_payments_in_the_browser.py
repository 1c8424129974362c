"""A billing manager asks what came in, drills down to a receipt, and takes it along as a file."""

import csv
import io
import os

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from payments.gateway.intents import Result
from pops.core.accounts.models import ServiceLine
from tests.browsing import DESKTOP, NARROW, PHONE, TABLET, problems_of
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, take, tender, today
from tests.factories.practice import FacilityFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(practice, pay):
    """A card payment of March that is applied, one declined, and cash and a check of today in escrow."""
    guarantor, dana = GuarantorFactory(name="María Álvarez", account_number="48210"), clerk()
    lake = FacilityFactory(name="Lakeside Main Clinic", nickname="Lake", tax_id="12-3456789")
    ServiceLineFactory(guarantor=guarantor, encounter__facility=lake)
    receipt = pay(guarantor, cents=6000)
    pay(guarantor, result=Result.DECLINED)
    batch_of(dana)
    take(dana, tender(3000), tender(2000, "check", check_number="7"), guarantor=guarantor, parts={})
    assert ServiceLine.objects.count() == 1
    return dana, receipt, lake


def picture(page, name):
    """For who wants to look at it: PICTURES names the folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.long
def test_asking_drilling_down_and_taking_it_along(books, sign_in, live_server):
    dana, receipt, lake = books
    page = sign_in(dana)
    page.set_viewport_size(DESKTOP)
    page.goto(live_server.url + reverse("backoffice:report", args=["pops-payments"]))
    picture(page, "report-first")

    page.get_by_text("Change what is asked").click()
    page.get_by_label("From").fill("2026-03-01")
    page.get_by_label("Through").fill(today().isoformat())
    page.get_by_label("Method", exact=True).check()
    page.get_by_label("Facility", exact=True).check()
    page.get_by_role("button", name="Show").click()

    said = page.get_by_role("region", name="What this shows")
    said.get_by_text("Total by method, facility.").wait_for()
    totals = page.locator(".report-totals")
    expect(totals.get_by_text("$110.00")).to_have_count(2)  # received, and the total
    expect(page.get_by_role("row", name="Cash 1 $30.00")).to_be_visible()
    expect(page.get_by_role("row", name="Lakeside Main Clinic $60.00")).to_be_visible()
    for size, name in ((DESKTOP, "wide"), (PHONE, "phone")):
        page.set_viewport_size(size)
        picture(page, f"report-{name}")
        page.emulate_media(color_scheme="dark")
        picture(page, f"report-{name}-dark")
        page.emulate_media(color_scheme="light")
    page.evaluate("document.querySelectorAll('main details').forEach((details) => { details.open = true; })")
    picture(page, "report-open")
    assert problems_of(page, (NARROW, PHONE, DESKTOP)) == []

    page.get_by_role("link", name="Lakeside Main Clinic").click()
    assert page.url.endswith(f"&by=method,facility&facility={lake.pk}&list=applied")
    expect(page.get_by_role("row", name="Leo Alvarez")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    (row,) = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    assert (row["Guarantor"], row["Facility"], row["Amount"]) == ("María Álvarez", "Lakeside Main Clinic", "60.00")
    page.get_by_role("link", name=str(receipt.number)).click()
    page.get_by_role("heading", name=f"Receipt {receipt.number}").wait_for()

    detail = page.locator("#detail .report-scroll")
    page.go_back()
    for size in (TABLET, PHONE):
        page.set_viewport_size(size)
        assert detail.evaluate("box => box.scrollWidth <= box.clientWidth"), "nothing is slid"
    slid = "boxes => boxes.filter((box) => box.scrollWidth > box.clientWidth).length"
    assert page.locator(".report-scroll").evaluate_all(slid) == 0, "neither are the sections, on a phone"
    asked = f"?from=2026-03-01&to={today()}&payments=yes"
    page.goto(live_server.url + reverse("backoffice:report", args=["pops-payments"]) + asked)
    expect(page.get_by_role("row", name="Applied").first).to_be_visible()
    for size in (DESKTOP, TABLET, PHONE):
        page.set_viewport_size(size)
        assert detail.evaluate("box => box.scrollWidth <= box.clientWidth"), "nothing is slid"
        picture(page, f"report-payments-{size['width']}")
        page.emulate_media(color_scheme="dark")
        picture(page, f"report-payments-{size['width']}-dark")
        page.emulate_media(color_scheme="light")
    assert problems_of(page, (PHONE,)) == []


def test_what_is_odd_is_told_beside_its_field(books, sign_in, live_server):
    page = sign_in(books[0])
    page.goto(live_server.url + reverse("backoffice:report", args=["pops-payments"]) + "?from=2026-03-31&to=2026-03-01")

    problem = page.get_by_role("alert").get_by_role("link")
    assert problem.inner_text() == (
        "The span ends before it begins: March 31, 2026 is after March 1, 2026. Turn them round."
    )
    problem.press("Enter")
    picture(page, "report-odd")
    assert page.get_by_label("From").input_value() == "2026-03-31"
    expect(page.get_by_text("Detail")).not_to_be_visible()
    assert problems_of(page) == []
