"""An administrator brings a file, matches its columns, sees what is wrong, loads the rest, and mends the bad lines."""

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from pops.core.accounts.models import Guarantor
from pops.core.imports.models import AccountImport
from pops.core.imports.tasks import forget_imports, work_off_imports
from tests.browsing import accessibility_problems
from tests.factories.practice import GroupFactory, PracticeFactory
from tests.factories.staff import ADMIN, member

FILE = (
    "Konto,Guarantor Name,E-Mail,Shoe size\n0011,Maria Alvarez,maria@example.com,39\n0012,James Whitcomb,nowhere,44\n"
)


@pytest.fixture
def desk(live_server, sign_in):
    """The import page, opened by an administrator."""
    PracticeFactory()
    GroupFactory()
    page = sign_in(member(ADMIN))
    page.goto(live_server.url + reverse("backoffice:imports"))
    return page


def bring(page, content, name="guarantors.csv"):
    page.get_by_label("File", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Bring the file").click()


def facts(page):
    """What the page says of the import: Bad 1, New 1..."""
    rows = page.locator(".desk-facts > div").all()
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}


def test_a_file_is_matched_checked_loaded_mended_and_repeated(desk):
    page = desk
    page.get_by_label("What it holds").select_option("Guarantors")
    bring(page, FILE)
    assert page.get_by_label("Guarantor Name").input_value() == "name"
    assert page.get_by_label("Shoe size").input_value() == ""
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Check the file").click()
    assert "The file has no column for: Account number." in page.get_by_role("alert").inner_text()
    page.get_by_label("Konto").select_option("Account number (needed)")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert accessibility_problems(page) == []
    work_off_imports()  # the page finds out by itself
    page.get_by_role("heading", name="What is wrong").wait_for()

    assert facts(page)["Bad"] == "1"
    expect(page.get_by_text("Line 3: E-Mail is no email address: nowhere")).to_be_visible()
    assert not Guarantor.objects.exists()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Load 1 line, leave 1 bad out").click()
    work_off_imports()
    page.get_by_text("Unchanged").wait_for()
    assert (facts(page)["New"], Guarantor.objects.get().account_number) == ("1", "0011")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download all bad lines").click()
    report = download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("link", name="Bring another file").click()
    page.get_by_label("What it holds").select_option("Guarantors")
    bring(page, report.replace("nowhere", "james@example.com"), "mended.csv")
    page.get_by_label("Konto").select_option("Account number (needed)")
    page.get_by_role("button", name="Check the file").click()
    work_off_imports()
    page.reload()
    page.get_by_role("button", name="Load 1 line").click()
    work_off_imports()
    page.reload()

    assert (facts(page)["New"], facts(page)["Bad"]) == ("1", "0")
    assert Guarantor.objects.get(account_number="0012").email == "james@example.com"
    event = Guarantor.pgh_event_model.objects.latest("pgh_id")
    run = AccountImport.objects.latest("pk")
    told = {"reason": f"Import {run.pk}: mended.csv", "user": run.brought_by_id, "of_the_system": True}
    assert event.pgh_context.metadata == told


def test_a_file_that_cant_be_read_says_so_beside_its_field(desk):
    bring(desk, "PK\x03\x04", "accounts.xlsx")

    assert "File: This is an Excel workbook" in desk.get_by_role("alert").inner_text()
    assert not AccountImport.objects.exists()


def test_files_and_what_was_found_in_them_are_deleted_after_a_week(desk):
    desk.get_by_label("What it holds").select_option("Guarantors")
    bring(desk, FILE.replace("Konto", "Account"))
    desk.get_by_role("button", name="Check the file").click()
    work_off_imports()
    run = AccountImport.objects.get()
    files = [run.file.name, run.report.name]
    forget_imports()
    assert all(map(default_storage.exists, files))

    AccountImport.objects.update(brought_at=timezone.now() - dt.timedelta(days=8))
    forget_imports()

    assert not any(map(default_storage.exists, files))
    run.refresh_from_db()
    assert (run.file.name, run.report.name, run.faults, run.bad) == ("", "", [], 1)
    desk.reload()
    assert desk.get_by_role("button", name="Load").count() == 0
