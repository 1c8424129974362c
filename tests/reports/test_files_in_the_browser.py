"""A billing manager exports a list, waits for a long one, fetches it, cancels another, and has one made by schedule."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from payments.reports.models import ReportRun, Schedule
from payments.reports.runs import asking
from payments.reports.schedules import ask_due
from payments.reports.tasks import work_off_runs
from tests.browsing import problems_of
from tests.factories.desk import batch_of, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(live_server, sign_in, ruth, settings, tmp_path, monkeypatch):
    """Ruth at the list of receipts, of which there are two."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(asking, "queue_runs", lambda: None)
    batch_of(ruth)
    take(ruth)
    take(ruth)
    page = sign_in(ruth)
    page.goto(live_server.url + reverse("admin:receipts_receipt_changelist") + "?shown=received")
    return page


def export(page, kind="CSV"):
    if not page.get_by_role("button", name=kind).is_visible():
        page.get_by_text("Export", exact=True).click()
    page.get_by_role("button", name=kind).click()


def rows(download):
    return list(csv.DictReader(io.StringIO(download.path().read_text(encoding="utf-8-sig"))))


@pytest.mark.long
def test_a_list_is_exported_at_once_or_fetched_when_it_is_made(desk, monkeypatch):
    page = desk
    with page.expect_download() as download:
        export(page)
    assert [row["Amount"] for row in rows(download.value)] == ["50.00", "50.00"]
    assert problems_of(page) == []

    monkeypatch.setattr(asking, "ROWS_AT_ONCE", 1)
    export(page)
    page.get_by_role("progressbar").wait_for()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    assert problems_of(page) == []
    work_off_runs()
    page.get_by_role("link", name="Download").wait_for()  # the page finds out by itself
    expect(page.get_by_text("What it is: Money received")).to_be_visible()
    assert problems_of(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert len(rows(download.value)) == 2

    page.get_by_role("link", name="See it on screen").click()
    assert page.url.endswith("?shown=received")
    export(page, "Excel")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("It was cancelled. Nothing was made.").wait_for()
    assert problems_of(page) == []
    page.get_by_role("link", name="My files").first.click()
    expect(page.get_by_text("Cancelled")).to_be_visible()
    assert problems_of(page) == []


def test_a_report_is_made_by_schedule_and_its_link_followed(desk, samples, live_server, ruth):
    page = desk
    page.goto(f"{live_server.url}{reverse('backoffice:add_schedule')}?source=samples&question=7")
    page.get_by_label("How often").select_option("Weekly")
    page.get_by_role("button", name="Make it by schedule").click()
    assert "Choose a day of the week." in page.get_by_role("alert").inner_text()
    assert problems_of(page) == []
    page.get_by_label("On which day").select_option("Monday")
    page.get_by_role("button", name="Make it by schedule").click()
    page.get_by_text("Weekly on Monday at 10:00 PM").wait_for()
    assert problems_of(page) == []

    Schedule.objects.update(due_at=timezone.now())
    assert ask_due(now=timezone.now()) == 1
    work_off_runs()
    page.goto(live_server.url + reverse("backoffice:report_run", args=[ReportRun.objects.get().pk]))
    expect(page.get_by_text("Made by schedule: Samples, Weekly.")).to_be_visible()
    page.goto(live_server.url + reverse("backoffice:schedules"))
    page.get_by_role("link", name="End").click()
    page.get_by_role("button", name="End the schedule").click()
    page.get_by_text("Ended", exact=True).wait_for()
