"""Closing the day: count each drawer, compare, close all with one button and one deposit."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse

from batches.counting import count_batch
from batches.day import DayClosed, close_day, find_closed_of_day
from batches.deposits import find_bank
from payments.takings import Takings, ask_takings
from pops.core.practice.selectors import practice_of
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.batches.day_forms import DayCloseForm, DayCountForm
from pops.web.backoffice.desk.batches.day_rows import DayRow, find_rows, note_takings
from pops.web.backoffice.desk.batches.readiness import find_pending
from receipts.documents.calls import queue_close_documents


class DayStep(DeskAction):
    """The one page of the day, from either of its two forms."""

    rights = ("batches.reconcile_batch", "batches.close_batch")
    template_name = "backoffice/day.html"
    title = "Close the day"

    @cached_property
    def rows(self) -> list[DayRow]:
        return find_rows(practice=practice_of(self.request), today=self.today, now=self.now)

    @cached_property
    def uncounted(self) -> list[DayRow]:
        return [row for row in self.rows if row.needs_count]

    @cached_property
    def ready(self) -> list[DayRow]:
        return [row for row in self.rows if not row.needs_count]

    @cached_property
    def close_facts(self) -> dict[str, Any]:
        """What the form of the close is made of; what Stripe says is asked here, where no transaction is open."""
        note_takings(self.ready, self.takings)
        return {"rows": self.ready, "today": self.today, "bank": find_bank()}

    @cached_property
    def takings(self) -> Takings:
        return ask_takings(row.batch.batch_date for row in self.ready if row.is_online)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form = context.pop("form", None)
        shown: dict[str, Any] = {
            "counting": form if isinstance(form, DayCountForm) else DayCountForm(rows=self.uncounted),
            "closing": form if isinstance(form, DayCloseForm) else DayCloseForm(**self.close_facts),
        }
        shown |= {"rows": self.rows, "uncounted": self.uncounted, "ready": self.ready, "takings": self.takings}
        if form is None and self.uncounted and not any(row.count for row in self.ready):
            self.uncounted[0].form.begin()
        closed = [] if self.rows else find_closed_of_day(self.today)
        shown |= {"pending": find_pending(self.today), "form": form, "closed": closed}
        return super().get_context_data(**shown, **context)


class CountDay(DayStep):
    """Keep the counts of all drawers that were counted."""

    form_class = DayCountForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "rows": self.uncounted}

    def do(self, form: DayCountForm) -> tuple[str, str]:
        for batch, count in form.cleaned_data["counts"]:
            try:
                count_batch(batch_id=batch.pk, by=self.request.user, **count)
            except Refused as refusal:
                messages.error(self.request, f"{batch.title}: {refusal.words}")
        return reverse("backoffice:close_day"), ""


class CloseDay(DayStep):
    """Close what was counted, and what came online, with one deposit."""

    form_class = DayCloseForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), **self.close_facts}

    def do(self, form: DayCloseForm) -> tuple[str, str]:
        closings = form.cleaned_data["closings"]
        done = close_day(closings=closings, deposit=form.deposit, now=self.now, by=self.request.user)
        queue_close_documents()
        self._tell_refused(done)
        for row in form.came_since:
            messages.warning(self.request, f"{row.batch.title} came while you looked, and stays open.")
        return papers_page(done), ""

    def _tell_refused(self, done: DayClosed) -> None:
        names = {row.batch.pk: row.batch.title for row in self.rows}
        for batch_id, refusal in done.refused:
            messages.error(self.request, f"{names[batch_id]} stays as it was: {refusal.words}")
        if done.deposit_refused:
            messages.error(self.request, f"No deposit was made: {done.deposit_refused.words}")


def papers_page(done: DayClosed) -> str:
    """Where the packets of what was closed appear; the day's page when nothing was."""
    if not done.closed:
        return reverse("backoffice:close_day")
    ids: dict[str, Any] = {"batch": [batch.pk for batch in done.closed]}
    if done.deposit:
        ids["deposit"] = done.deposit.pk
    return f"{reverse('backoffice:papers')}?{urlencode(ids, doseq=True)}"
