"""Somebody walks in whom nobody knows: from nothing to a receipt, in Chromium."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from pops.core.accounts.models import Appointment, Guarantor
from receipts.models import Receipt
from tests.browsing import accessibility_problems
from tests.factories.accounts import PatientFactory
from tests.factories.desk import batch_of
from tests.factories.practice import FacilityFactory, GroupFactory, ProviderFactory
from tests.factories.staff import MANAGER, member


@pytest.fixture
def ruth(practice):
    GroupFactory(), FacilityFactory(name="Lakeside Main Clinic"), ProviderFactory(name="Thomas Okafor, MD")
    user = member(MANAGER)
    batch_of(user)
    return user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [768, 1280])
def test_a_walk_in_gets_an_account_a_visit_and_a_receipt(page: Page, live_server, ruth, sign_in, width):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(ruth)
    page.goto(live_server.url + reverse("backoffice:find"))
    page.get_by_label("Who pays?").fill("ana silva")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nobody was found")).to_be_visible()

    page.get_by_role("link", name="New guarantor").click()
    expect(page.get_by_label("Name:")).to_have_value("ana silva")
    assert accessibility_problems(page) == []
    page.get_by_label("Name:").fill("Ana Silva")
    page.locator("#id_patients-0-name").fill("Rui Silva")
    page.locator("#id_patients-0-birth_date").fill("2019-04-30")
    page.get_by_role("button", name="Save and continue editing").click()
    ana = Guarantor.objects.get(name="Ana Silva")
    expect(page.locator("#content")).to_contain_text(ana.account_number)

    page.get_by_role("link", name="Rui Silva").click()
    page.get_by_role("link", name="New visit").click()
    expect(page.get_by_role("heading", name="Add visit")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_label("Visit number:").fill("70001")
    page.get_by_label("Provider:", exact=True).select_option(label="Thomas Okafor, MD")
    page.get_by_label("Facility:").select_option(label="Lakeside Main Clinic")
    page.locator("#id_lines-0-line_number").fill("1")
    page.locator("#id_lines-0-service_date").fill("2026-03-01")
    page.locator("#id_lines-0-description").fill("Office visit")
    page.locator("#id_lines-0-billed_cents").fill("120.00")
    page.locator("#id_lines-0-insurance_paid_cents").fill("80.00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.goto(live_server.url + reverse("backoffice:take", args=[ana.pk]))
    expect(page.locator(".desk-facts")).to_contain_text("$40.00")
    expect(page.get_by_label("Amount", exact=True)).to_have_value("40.00")
    page.get_by_role("button", name="Issue the receipt").click()
    receipt = Receipt.objects.get()
    expect(page.get_by_text(f"Receipt {receipt.pk} was issued.")).to_be_visible()
    assert receipt.postings.get().amount_cents == 4000


@pytest.mark.django_db
def test_an_appointment_is_entered_on_the_practices_clock_and_corrected_with_why(ruth, client_of):
    client, patient = client_of(ruth), PatientFactory()
    facts = {"patient": patient.pk, "starts_at": "2026-12-01T09:30", "minutes": "20", "status": "booked"}

    assert client.post(reverse("admin:accounts_appointment_add"), facts).status_code == 302

    made = Appointment.objects.get()
    assert made.starts_at.isoformat() == "2026-12-01T14:30:00+00:00"  # in New York it is 9:30
    assert re.fullmatch(r"W1\d{5}", made.number)  # counted on from test to test
    address = reverse("admin:accounts_appointment_change", args=[made.pk])
    assert "2026-12-01T09:30" in client.get(address).content.decode()
    assert "Say why." in client.post(address, {**facts, "status": "canceled"}).content.decode()
    assert client.post(address, {**facts, "status": "canceled", "why": "He called"}).status_code == 302
    page = client.get(reverse("admin:accounts_appointment_history", args=[made.pk])).content.decode()
    assert "He called" in page
