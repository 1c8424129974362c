"""Reports by schedule: asked once each time they are due, on the practice's clock, for who may have them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from notifications.kinds import NotWanted, prepare
from notifications.models import Message
from payments.reports.models import Format, ReportRun, Schedule
from payments.reports.runs import asking
from payments.reports.saved import save_filter
from payments.reports.schedules import (
    Plan,
    ask_due,
    end_schedule,
    make_schedule,
    next_due,
    pause_schedule,
    resume_schedule,
)
from payments.reports.sources import find_source
from payments.reports.tasks import work_off_runs
from pops.core.refusals import Refused
from tests.concurrency import run_together
from tests.factories.staff import DESK, MANAGER, member

Every = Schedule.Every
CHICAGO = "America/Chicago"
DAILY = Plan(Every.DAY, dt.time(6))
MARCH_1 = dt.datetime(2026, 3, 1, 18, 0, tzinfo=dt.UTC)  # noon


def local(text):
    return dt.datetime.fromisoformat(text)


def dues(plan, after, count):
    """The next so many, as the practice's clock shows them with its distance from UTC."""
    found, moment = [], local(after)
    for _ in range(count):
        moment = next_due(plan, after=moment, time_zone=CHICAGO)
        found.append(str(moment.astimezone(ZoneInfo(CHICAGO)))[:-3].replace(":00-", "-"))
    return found


def test_the_months_end_is_its_last_day_however_short():
    plan = Plan(Every.MONTH_END, dt.time(22))

    assert dues(plan, "2027-12-31T21:59:00-06:00", 4) == [
        "2027-12-31 22:00-06",
        "2028-01-31 22:00-06",
        "2028-02-29 22:00-06",
        "2028-03-31 22:00-05",
    ]
    assert dues(plan, "2027-02-01T00:00:00-06:00", 1) == ["2027-02-28 22:00-06"]


def test_a_weekly_one_has_its_day_and_a_daily_one_every():
    assert dues(Plan(Every.WEEK, dt.time(6), 0), "2026-11-30T06:00:00-06:00", 2) == [
        "2026-12-07 06:00-06",
        "2026-12-14 06:00-06",
    ]
    assert dues(DAILY, "2026-11-30T05:59:59-06:00", 2) == ["2026-11-30 06:00-06", "2026-12-01 06:00-06"]


def test_on_the_nights_that_clocks_change_it_comes_once():
    night = Plan(Every.DAY, dt.time(2, 30))  # left out on March 8
    twice = Plan(Every.DAY, dt.time(1, 30))  # comes twice on November 1

    assert dues(night, "2026-03-07T12:00:00-06:00", 2) == ["2026-03-08 03:30-05", "2026-03-09 02:30-05"]
    assert dues(twice, "2026-10-31T12:00:00-05:00", 2) == ["2026-11-01 01:30-05", "2026-11-02 01:30-06"]


@pytest.fixture
def schedule(practice, samples, ruth, settings, tmp_path, monkeypatch):
    """Daily at 6 AM for Ruth and Dana, made on March 1."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(asking, "queue_runs", lambda: None)
    practice.time_zone = CHICAGO
    practice.save()
    dana = member(MANAGER, name="Dana Whitfield", email="dana@example.com")
    return make(samples, ruth, [ruth, dana])


def make(samples, by, recipients, **more):
    facts = {"name": "Numbers", "question": "3", "form": Format.CSV, "plan": DAILY, "now": MARCH_1, **more}
    return make_schedule(source=samples, recipients=recipients, by=by, **facts)


def due(days=0):
    """Just after it is due for the first time, or so many days later."""
    return dt.datetime(2026, 3, 2, 12, 0, 1, tzinfo=dt.UTC) + dt.timedelta(days=days)


def test_each_reader_has_a_run_of_their_own_of_the_day_it_was_due(schedule):
    assert ask_due(now=due() - dt.timedelta(seconds=2)) == 0
    assert ask_due(now=due()) == 2

    runs = ReportRun.objects.order_by("asked_by__name")
    assert [(str(run.asked_by), run.as_of, run.question) for run in runs] == [
        ("Dana Whitfield", dt.date(2026, 3, 2), "3"),
        ("Ruth Okafor", dt.date(2026, 3, 2), "3"),
    ]
    assert ask_due(now=due()) == 0
    schedule.refresh_from_db()
    assert schedule.due_at == due(1) - dt.timedelta(seconds=1)


def test_after_a_standstill_it_is_asked_once_for_today(schedule):
    assert ask_due(now=due(5)) == 2
    assert {run.as_of for run in ReportRun.objects.all()} == {dt.date(2026, 3, 7)}
    assert ask_due(now=due(5)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once(schedule):
    assert sum(run_together([lambda: ask_due(now=due())] * 4)) == 2
    assert ReportRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_readers_get_one_mail_with_a_link_and_nothing_of_the_report(schedule, ruth, client_of, settings):
    ask_due(now=due())
    work_off_runs()
    work_off_runs()
    messages = list(Message.objects.filter(kind="report").order_by("to"))

    assert [message.to for message in messages] == ["dana@example.com", "ruth@example.com"]
    content = prepare(messages)[messages[1].pk]()
    run = ReportRun.objects.get(asked_by=ruth)
    page = reverse("backoffice:report_run", args=[run.pk])
    assert content.subject == "Samples is ready (daily report)"
    assert f"{settings.SITE_URL}{page}" in content.text
    assert f'href="{settings.SITE_URL}{page}"' in content.html
    assert "numbers on" not in content.text + content.html
    assert "Report by schedule" in client_of(ruth).get("/admin/notifications/message/").content.decode()
    assert client_of(ruth).get(page).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_right_gets_none(schedule, ruth):
    ask_due(now=due())
    ruth.groups.set(member(DESK).groups.all())
    work_off_runs()
    work_off_runs()
    [to_dana, to_ruth] = Message.objects.filter(kind="report").order_by("to")
    writes = prepare([to_dana, to_ruth])

    assert ReportRun.objects.get(asked_by=ruth).is_failed
    assert "is ready" in writes[to_dana.pk]().subject
    with pytest.raises(NotWanted):
        writes[to_ruth.pk]()
    assert ask_due(now=due(1)) == 1


def test_a_signed_out_reader_is_led_through_the_staffs_sign_in(schedule, client):
    ask_due(now=due())
    page = reverse("backoffice:report_run", args=[ReportRun.objects.first().pk])

    assert client.get(page).url == f"{reverse('account_login')}?next={page}"


def test_paused_it_asks_nothing_and_makes_up_for_nothing(schedule, ruth):
    pause_schedule(schedule_id=schedule.pk, by=ruth)
    assert ask_due(now=due()) == 0
    resume_schedule(schedule_id=schedule.pk, now=due(3), by=ruth)
    assert ask_due(now=due(3)) == 0
    assert ask_due(now=due(4)) == 2

    end_schedule(schedule_id=schedule.pk, by=ruth)
    assert ask_due(now=due(9)) == 0
    with pytest.raises(Refused, match="was ended"):
        resume_schedule(schedule_id=schedule.pk, now=due(9), by=ruth)


def test_it_is_made_for_nobody_without_the_right(samples, ruth):
    with pytest.raises(Refused, match="may not see Samples"):
        make(samples, ruth, [ruth, member(DESK, name="Sam")])
    with pytest.raises(Refused, match="Choose who gets it"):
        make(samples, ruth, [])
    with pytest.raises(Refused, match="You have not the right"):
        make(samples, member(DESK), [ruth])


def test_it_is_made_paused_and_ended_on_its_page(samples, ruth, client_of):
    client = client_of(ruth)
    address = f"{reverse('backoffice:add_schedule')}?source=samples&question=3"
    page = client.get(address).content.decode()
    assert "3 numbers on" in page

    form = {"name": "Mondays", "every": "week", "weekday": "", "at": "25:00", "format": "pdf", "recipients": []}
    refused = client.post(address, form)
    assert refused.status_code == 422
    for words in ("Choose a day of the week.", "Enter a time, for example 6:00 AM.", "Choose who gets it."):
        assert words in refused.content.decode()
    client.post(address, {**form, "weekday": "0", "at": "06:30", "format": "xlsx", "recipients": [ruth.pk]})
    made = Schedule.objects.get()
    assert (made.weekday, made.at, made.format, made.question) == (0, dt.time(6, 30), "xlsx", "3")

    end = reverse("backoffice:end_schedule", args=[made.pk])
    assert "an ended schedule stays ended" in client.get(end).content.decode(), "it asks first"
    for name, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        client.post(reverse(f"backoffice:{name}_schedule", args=[made.pk]), follow=True)
        made.refresh_from_db()
        assert made.state == state
    assert "Mondays" in client.get(reverse("backoffice:schedules")).content.decode()
    assert "This schedule was ended." in client.get(end).content.decode()
    assert client.get(f"{reverse('backoffice:add_schedule')}?source=none").status_code == 404


def test_a_saved_filter_is_made_by_schedule_and_stays_as_relative_as_it_is(ruth, client_of):
    save_filter(report="pops-payments", question="span=last_month", name="Month", is_shared=False, by=ruth)
    client = client_of(ruth)
    page = client.get(reverse("backoffice:schedules"))
    [(name, address)] = page.context["saved"]
    assert f'name="name" value="{name}"' in client.get(address).content.decode()

    form = {"name": name, "every": "month_end", "at": "22:00", "format": "xlsx", "recipients": [ruth.pk]}
    assert client.post(address, form).status_code == 302
    made = Schedule.objects.get()

    source = find_source(made.source)
    asked = [source.table(made.question, user=ruth, today=dt.date(2026, month, 28)).said[0] for month in (2, 3)]
    assert ["January 1, 2026" in asked[0], "February 1, 2026" in asked[1]] == [True, True]
