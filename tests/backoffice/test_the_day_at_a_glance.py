"""The front page tells the money of the day, the last weeks and what is unapplied, in few questions."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from batches.models import ReferenceBatch
from payments.books.files import FilesRead
from payments.books.runs import end_run, start_run
from payments.gateway.intents import Result
from payments.models import Payment
from payments.reports.glance import WEEKS, look_at_day
from pops.core.practice.models import Practice
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from tests.books import judge_now
from tests.browsing import problems_of
from tests.factories.accounts import UserFactory
from tests.factories.desk import batch_of, clerk, close, take, tender, today
from tests.factories.payments import PaymentFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member


def glance(by):
    return look_at_day(today=today(), by=by)


def taken(by):
    day = glance(by)
    return {one.name: (one.receipts, one.cents) for one in [*day.taken, day.given_back]}


@pytest.fixture
def busy(dana, pay, practice):
    """Two online, one of them declined; three at the desk, one of them voided and one partly refunded."""
    pay(at=timezone.now())
    pay(at=timezone.now(), result=Result.DECLINED)
    take(dana)
    voided = take(dana, tender(900))
    void_receipt(receipt_number=voided.pk, reason="Mistake", today=today(), by=dana)
    refunded = take(dana, tender(3000))
    refund_at_desk(
        receipt_number=refunded.pk,
        amounts={"cash": 1000},
        reason="Too much",
        now=timezone.now(),
        today=today(),
        by=dana,
    )
    return dana


def test_what_came_in_today_by_each_way(busy):
    ruth = member(MANAGER)

    assert taken(ruth) == {"online": (1, 5000), "office": (2, 8000), "mail": (0, 0), "refunds": (1, -1000)}
    assert glance(ruth).total_cents == 12_000
    close(ReferenceBatch.objects.get(is_api=False), busy, cash=7000)
    assert taken(ruth) == {"online": (1, 5000), "office": (2, 8000), "mail": (0, 0), "refunds": (1, -1000)}
    assert glance(ruth).total_cents == 12_000


def closed_batch(by, *, days_ago, cents):
    """A batch of an earlier day with its total, as a close leaves it."""
    return ReferenceBatch.objects.create(
        description="Front desk", user=by, batch_date=today() - dt.timedelta(days=days_ago), status="closed",
        closed_at=timezone.now(), closed_by=by, closed_total_cents=cents, closed_receipt_count=1,
    )  # fmt: skip


def test_each_of_the_last_days_stands_beside_what_is_usual_for_its_weekday(practice):
    dana = clerk()
    closed_batch(dana, days_ago=7, cents=900)
    for week in range(5, 5 + WEEKS):
        closed_batch(dana, days_ago=7 * week, cents=100 * week)

    day = glance(dana)
    bars, usual = day.chart.values.values()

    assert len(bars) == len(usual) == len(day.chart.labels) == 30
    assert [bar for bar in bars if bar] == [900]
    assert usual[-1] == usual[-8] == sum(100 * week for week in range(5, 5 + WEEKS)) // WEEKS
    assert {one for n, one in enumerate(usual) if (29 - n) % 7} == {0}


def test_a_young_practice_has_nothing_that_is_usual(practice):
    dana = clerk()
    closed_batch(dana, days_ago=3, cents=900)

    assert list(glance(dana).chart.values) == ["Taken"]


@pytest.mark.parametrize("role", [DESK, MANAGER, ADMIN])
def test_at_most_twelve_questions(role, client_of, busy):
    PaymentFactory(state=Payment.State.REVIEW)
    end_run(start_run(now=timezone.now()), lines=[], files=FilesRead())
    judge_now()
    client = client_of(member(role))
    client.get("/admin/")

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/admin/").content.decode()

    assert len(queries) <= 12, "\n".join(query["sql"][:150] for query in queries)
    assert "Unapplied money, by age" in page


def test_that_nothing_is_open_says_whether_anything_was(practice, client_of):
    """A day that is closed looks like none that has not begun."""
    dana = clerk()
    client = client_of(dana)
    judge_now()

    def told():
        return [client.get(page).content.decode() for page in ("/admin/", reverse("backoffice:close_day"))]

    assert all("No batch of today was opened yet." in page for page in told())
    batch = close(batch_of(dana, "Front desk"), dana)
    for page in told():
        assert "The only batch of today is closed:" in page
        assert f'{reverse("admin:batches_referencebatch_change", args=[batch.pk])}">Front desk</a>.' in page
        assert "opened yet" not in page
    assert re.search(r"You work in no batch\. Your first payment opens one\.", told()[0])
    Practice.objects.update(opens_batches=False)
    assert "Open one or attach one</a> to take payments." in told()[0]
    close(batch_of(dana, "Afternoon"), dana)
    assert all("All 2 batches of today are closed:" in page for page in told())


def test_who_may_see_no_batch_is_told_no_amount(client_of, busy):
    judge_now()
    page = client_of(UserFactory(is_staff=True)).get("/admin/").content.decode()

    assert "$" not in page
    assert "Today" not in page


def test_who_counts_blind_sees_no_amount_of_a_drawer_in_any_sum(practice, client_of, pay):
    sam = member(DESK)
    batch_of(sam, "Drawer of Sam")
    receipt = take(sam, tender(7013))
    pay(at=timezone.now())
    judge_now()
    client = client_of(sam)
    front, unapplied = (client.get(page).content.decode() for page in ("/admin/", reverse("backoffice:unapplied")))

    day = glance(sam)
    assert {one.name: one.cents for one in day.taken} == {"online": 5000, "office": None, "mail": 0}
    assert day.total_cents is None
    assert "Shown after the count" in front
    assert "1 receipt" in front
    assert receipt.account_number in unapplied
    assert "after the count" in unapplied
    assert not {"70.13", "120.13"} & {
        amount for page in (front, unapplied) for amount in re.findall(r"\d+\.\d\d", page)
    }
    assert glance(member(MANAGER)).total_cents == 12_013


@pytest.mark.books_are_wrong("closed batches that nobody closed")
@pytest.mark.django_db(transaction=True)
def test_it_fits_a_phone_and_can_be_read_in_the_dark_and_in_forced_colours(page, live_server, sign_in, busy):
    closed_batch(busy, days_ago=3, cents=2900)
    closed_batch(busy, days_ago=33, cents=1900)
    sign_in(member(MANAGER)).goto(f"{live_server.url}/admin/")
    chart = page.locator("svg.pygal-chart")

    assert problems_of(page) == []
    assert chart.get_attribute("role") == "img"
    assert "the highest is" in page.locator("svg.pygal-chart > desc").text_content()
    page.locator(".chart-numbers summary").click()
    expect(page.locator(".chart-numbers tbody tr")).to_have_count(30)
    bars, ground = chart.locator(".color-0 .rect").first, page.locator("body")
    for media in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}):
        page.emulate_media(**media)
        fill = bars.evaluate("bar => getComputedStyle(bar).fill")
        assert fill != ground.evaluate("body => getComputedStyle(body).backgroundColor"), media
