"""What the billing manager exported, has made by schedule, and will find made when the worker runs."""

import datetime as dt

from payments.reports.models import Format, Schedule
from payments.reports.runs.asking import Wish, ask_for_run, export_at_once
from payments.reports.schedules import Plan, make_schedule
from payments.reports.sources import Source, find_source
from pops.core.access.models import User
from pops.core.practice.selectors import get_practice


def make_exports(*, now: dt.datetime, by: User) -> None:
    """Two lists exported at once, one report on its way, and one at the end of each month."""
    today = get_practice().business_date(now)
    for slug, question in (("receipts", "shown=refunds"), ("guarantors", "")):
        export_at_once(wish=Wish(_find(slug), question, Format.CSV, by, today, now))
    report = _find("pops-payments")
    ask_for_run(wish=Wish(report, "span=year_to_date", Format.XLSX, by, today, now))
    make_schedule(
        name="Payments of the month",
        source=report,
        question="span=this_month",
        form=Format.XLSX,
        plan=Plan(Schedule.Every.MONTH_END, dt.time(22)),
        recipients=[by],
        now=now,
        by=by,
    )


def _find(slug: str) -> Source:
    found = find_source(slug)
    assert found is not None
    return found
