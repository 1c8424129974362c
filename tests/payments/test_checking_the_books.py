"""manage.py check_books, the nightly run, and what staff see of both."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from notifications.models import Message
from payments.books.check import check_waits
from payments.books.runs import check_tonight, find_last, is_due
from payments.books.waits import PROMISES, find_waits
from payments.events import store_event
from payments.gateway.events import EventFacts
from payments.models import BooksCheck, Payment, ProcessorEvent
from payments.tasks import check_books
from pops.changes.sequencing import sequence_changes
from receipts.documents.receipts import store_document
from tests.books import judge_now
from tests.factories.payments import PaymentFactory
from tests.factories.staff import DESK, MANAGER, member
from tests.moments import NOON

BROKEN = "Each receipt for money has one message in the outbox"


def lose_mail(receipt):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM notifications_message WHERE about_id = %s", [receipt.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def run(capsys, *arguments):
    """What the command prints, and its exit status."""
    status = 0
    try:
        call_command("check_books", *arguments)
    except SystemExit as end:
        status = end.code
    return capsys.readouterr().out, status


@pytest.fixture
def receipt(pay):
    """Issued now, so that nothing of it waits too long."""
    receipt = pay(at=timezone.now())
    judge_now()
    return receipt


def test_right_books_print_a_line_a_rule(receipt, capsys):
    out, status = run(capsys)

    assert status == 0
    assert len(out.splitlines()) == 21
    assert all(line.startswith("right  ") for line in out.splitlines())
    assert (find_last().found, len(find_last().lines)) == (0, 21)


def test_wrong_books_say_what_and_where_and_end_with_1(receipt, capsys):
    lose_mail(receipt)

    out, status = run(capsys)

    assert status == 1
    lines = out.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith("WRONG")]
    assert BROKEN in lines[at]
    assert lines[at + 1].strip() == f"Receipt {receipt.pk}: it has no message."
    assert find_last().found == 1


def test_as_json(receipt, capsys):
    lose_mail(receipt)

    out, status = run(capsys, "--json")

    report = json.loads(out)
    assert (status, report["right"]) == (1, False)
    (line,) = [line for line in report["lines"] if line["found"]]
    assert line["rule"] == "receipts_have_their_mail"
    assert line["findings"] == [f"Receipt {receipt.pk}: it has no message."]


def test_a_run_without_the_files_is_kept_from_the_back_office(receipt, capsys):
    out, status = run(capsys, "--no-files")

    assert (status, len(out.splitlines())) == (0, 20)
    assert not BooksCheck.objects.exists()


# --- Each night ---------------------------------------------------------------------------------------------------

THREE = dt.datetime(2026, 3, 3, 8, 0, tzinfo=dt.UTC)  # 3:00 in New York
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def test_it_is_due_once_from_three_at_night_on(practice):
    check_tonight(now=THREE - 20 * HOUR)

    assert not is_due(practice=practice, now=THREE - MINUTE)
    assert is_due(practice=practice, now=THREE)
    assert is_due(practice=practice, now=THREE + 9 * HOUR)  # beat was down
    check_tonight(now=THREE + 9 * HOUR)
    assert not is_due(practice=practice, now=THREE + 10 * HOUR)
    assert is_due(practice=practice, now=THREE + 24 * HOUR)


def test_a_run_that_was_cut_off_is_made_up_for(practice):
    BooksCheck.objects.create(started_at=THREE)

    assert not is_due(practice=practice, now=THREE + 15 * MINUTE)
    assert is_due(practice=practice, now=THREE + 45 * MINUTE)


def test_the_task_checks_once(receipt, caplog):
    lose_mail(receipt)

    check_books()
    check_books()

    assert BooksCheck.objects.get().found == 1
    assert f"see check {BooksCheck.objects.get().pk}" in caplog.text


def test_before_set_up_there_is_nothing_to_check(db):
    check_books()

    assert not BooksCheck.objects.exists()


# --- What staff see -----------------------------------------------------------------------------------------------


def test_the_front_page_tells_managers_and_only_them(receipt, client_of, capsys):
    lose_mail(receipt)
    run(capsys)
    manager, desk = client_of(member(MANAGER)), client_of(member(DESK))

    page = manager.get("/admin/").content.decode()

    assert "The books are not right" in page
    assert BROKEN in page
    address = reverse("admin:payments_bookscheck_change", args=[find_last().pk])
    assert address in page
    assert f"Receipt {receipt.pk}: it has no message." in manager.get(address).content.decode()
    assert "The books are not right" not in desk.get("/admin/").content.decode()
    assert desk.get(address).status_code == 403


def test_the_front_page_is_calm_once_a_run_finds_nothing(receipt, client_of, capsys):
    BooksCheck.objects.create(started_at=timezone.now() - HOUR, ended_at=timezone.now(), found=1)
    run(capsys)

    page = client_of(member(MANAGER)).get("/admin/").content.decode()

    assert "The books are not right" not in page
    assert (
        "all is right"
        in client_of(member(MANAGER)).get(reverse("admin:payments_bookscheck_changelist")).content.decode()
    )


def test_the_front_page_says_that_nobody_checks(receipt, client_of):
    manager = client_of(member(MANAGER))
    assert "The books were not checked" not in manager.get("/admin/").content.decode()
    BooksCheck.objects.create(started_at=timezone.now() - 40 * HOUR, ended_at=timezone.now() - 40 * HOUR)

    assert "The books were not checked" in manager.get("/admin/").content.decode()


# --- What waits ---------------------------------------------------------------------------------------------------


def waits_of(now):
    return {wait.name: wait for wait in find_waits(now=now)}


def test_what_waits_is_counted_and_has_an_age(pay, staff_user):
    receipt, started = pay(), PaymentFactory()
    close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=staff_user)
    store_event(event=EventFacts("evt_1", "refund.updated", "re_1", "", int(NOON.timestamp())))
    Message.objects.create(kind="code", lane="urgent", to="a@example.com", state="queued", message_id="<x>", content={})
    now = timezone.now()

    waits = waits_of(now + 5 * HOUR)

    assert set(waits) == set(PROMISES)
    assert {name: wait.waiting for name, wait in waits.items()} == {**dict.fromkeys(PROMISES, 1), "refunds": 0}
    assert all(wait.age >= 5 * HOUR - MINUTE for name, wait in waits.items() if name != "refunds")
    assert waits["codes"].age_words in ("4 hours", "5 hours")
    assert (waits["refunds"].age, waits["refunds"].is_late) == (dt.timedelta(), False)
    line = check_waits(now=now + 5 * HOUR)
    assert line.found == 7
    assert line.findings[0].startswith("Messages from Stripe: the oldest of 1 waits for ")
    assert check_waits(now=now).found == 0
    assert Payment.objects.get(pk=started.pk).is_unsettled


def test_what_is_done_waits_no_more(pay):
    receipt = pay()
    store_event(event=EventFacts("evt_1", "refund.updated", "re_1", "", int(NOON.timestamp())))
    ProcessorEvent.objects.update(state=ProcessorEvent.State.DONE)
    Message.objects.update(state=Message.State.SENT, sent_at=timezone.now())
    store_document(receipt_number=receipt.pk)
    sequence_changes()

    assert not any(wait.waiting for wait in find_waits(now=timezone.now()))


def test_pdfs_are_looked_for_among_the_last_receipts_or_all(pay):
    pay()
    pay()

    def documents(recent):
        (wait,) = [wait for wait in find_waits(now=timezone.now(), recent=recent) if wait.name == "documents"]
        return wait.waiting

    assert (documents(1), documents(None)) == (1, 2)


def test_the_ages_stand_in_pops_management(pay, client_of):
    pay()
    address = reverse("admin:app_list", args=["practice"])

    page = client_of(member(MANAGER)).get(address).content.decode()

    assert "Receipts by email" in page
    assert "1, less than a minute" in page
    assert "later than promised" not in page
