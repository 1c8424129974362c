"""Reports by schedule: made, paused, ended, and asked when they are due: once, whoever asks how often."""

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from payments.reports.models import Format, ReportRun, Schedule
from payments.reports.runs.asking import queue_runs
from payments.reports.sources import Source, find_source, may_receive
from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse

DAY = dt.timedelta(days=1)
RECIPIENTS = 50


@dataclass(frozen=True)
class Plan:
    """When a report is asked: on which days, and at what time on the practice's clock."""

    every: Schedule.Every
    at: dt.time
    weekday: int | None = None

    def is_on(self, day: dt.date) -> bool:
        """Whether it is asked on that day. The month's end is its last day, be it the 28th or the 31st."""
        if self.every == Schedule.Every.WEEK:
            return day.weekday() == self.weekday
        if self.every == Schedule.Every.MONTH_END:
            return day.day == calendar.monthrange(day.year, day.month)[1]
        return True


def next_due(plan: Plan, *, after: dt.datetime, time_zone: str) -> dt.datetime:
    """The first moment after another one.

    A time that the clocks leave out in spring comes an hour later; one that they show twice in autumn is the first.
    """
    zone = ZoneInfo(time_zone)
    day = after.astimezone(zone).date()
    while True:
        due = dt.datetime.combine(day, plan.at, zone).astimezone(dt.UTC)
        if plan.is_on(day) and due > after:
            return due
        day += DAY


def find_receivers(source: Source) -> list[User]:
    """All members of staff who may have this report."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("name", "email")
    return [user for user in staff if may_receive(source, user)]


def make_schedule(
    *,
    name: str,
    source: Source,
    question: str,
    form: Format,
    plan: Plan,
    recipients: Collection[User],
    now: dt.datetime,
    by: User,
) -> Schedule:
    """Have a question asked by itself from now on. Raises Refused."""
    refuse(why_not_make(source, form, recipients, by=by))
    with transaction.atomic():
        schedule = Schedule.objects.create(
            name=name.strip(),
            source=source.slug,
            question=question,
            format=form,
            every=plan.every,
            weekday=plan.weekday,
            at=plan.at,
            made_by=by,
            due_at=next_due(plan, after=now, time_zone=get_practice().time_zone),
        )
        schedule.recipients.set(recipients)
    return schedule


def why_not_make(source: Source, form: Format, recipients: Collection[User], *, by: User) -> Refused | None:
    """Why a schedule can't be made: of rights, of what the report can be made into, of who is to have it."""
    if not source.may(by):
        return Refused("no_right", f"You have not the right to {source.title}.")
    if form not in source.formats:
        return Refused("no_format", f"{source.title} can't be made into that. Choose another kind of file.")
    if not recipients:
        return Refused("nobody", "Choose who gets it.")
    if len(recipients) > RECIPIENTS:
        return Refused("too_many", f"Choose {RECIPIENTS} people at most.")
    without = [str(one) for one in recipients if not may_receive(source, one)]
    if without:
        return Refused("nobody", f"{', '.join(without)} may not see {source.title}. Take them off the list.")
    return None


def why_not_change(schedule: Schedule, *, by: User) -> Refused | None:
    """A schedule is changed by who may see its report; one that ended stays ended."""
    source = find_source(schedule.source)
    if source is not None and not source.may(by):
        return Refused("no_right", f"You have not the right to {source.title}.")
    return Refused("ended", "This schedule was ended. Make another one.") if schedule.is_ended else None


def pause_schedule(*, schedule_id: int, by: User) -> Schedule:
    """Ask it no more until it goes on. Raises Refused."""
    return _change(schedule_id, Schedule.State.PAUSED, by)


def resume_schedule(*, schedule_id: int, now: dt.datetime, by: User) -> Schedule:
    """Ask it again when it is due next; what was due meanwhile is not made up for. Raises Refused."""
    return _change(schedule_id, Schedule.State.ACTIVE, by, now)


def end_schedule(*, schedule_id: int, by: User) -> Schedule:
    """Ask it never again; what it asked stays. Raises Refused."""
    return _change(schedule_id, Schedule.State.ENDED, by)


def _change(schedule_id: int, state: Schedule.State, by: User, now: dt.datetime | None = None) -> Schedule:
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().get(pk=schedule_id)
        refuse(why_not_change(schedule, by=by))
        schedule.state = state
        if now is not None:
            schedule.due_at = next_due(plan_of(schedule), after=now, time_zone=get_practice().time_zone)
        schedule.save(update_fields=["state", "due_at"])
    return schedule


def plan_of(schedule: Schedule) -> Plan:
    """When it is asked."""
    return Plan(Schedule.Every(schedule.every), schedule.at, schedule.weekday)


def find_due(*, now: dt.datetime) -> QuerySet[Schedule]:
    """Schedules that are due, the longest due first."""
    return Schedule.objects.filter(state=Schedule.State.ACTIVE, due_at__lte=now).order_by("due_at", "pk")


def ask_due(*, now: dt.datetime) -> int:
    """Ask all that is due, once each, a run for each who may have it. How many runs that were.

    After a standstill a schedule is asked once, for today, and not for each day that went by.
    """
    practice, asked = get_practice(), 0
    for schedule_id in find_due(now=now).values_list("pk", flat=True):
        asked += _ask(schedule_id, practice, now)
    return asked


def _ask(schedule_id: int, practice: Practice, now: dt.datetime) -> int:
    with transaction.atomic():
        # Another worker that is at it, or was, has moved it on.
        schedule = find_due(now=now).select_for_update(skip_locked=True).filter(pk=schedule_id).first()
        if schedule is None:
            return 0
        runs = ReportRun.objects.bulk_create(_runs(schedule, practice, now), ignore_conflicts=True)
        schedule.last_at = now
        schedule.due_at = next_due(plan_of(schedule), after=now, time_zone=practice.time_zone)
        schedule.save(update_fields=["last_at", "due_at"])
        queue_runs()
    return len(runs)


def _runs(schedule: Schedule, practice: Practice, now: dt.datetime) -> list[ReportRun]:
    source = find_source(schedule.source)
    # The day that it was due on, unless that is long ago: after a night's standstill it is still yesterday's report.
    day = schedule.due_at.astimezone(ZoneInfo(practice.time_zone)).date()
    return [
        ReportRun(
            source=schedule.source,
            title=source.title if source else schedule.name,
            question=schedule.question,
            as_of=day if now - schedule.due_at < DAY else now.astimezone(ZoneInfo(practice.time_zone)).date(),
            format=schedule.format,
            asked_by=user,
            schedule=schedule,
        )
        for user in schedule.recipients.order_by("pk")
        if may_receive(source, user)
    ]
