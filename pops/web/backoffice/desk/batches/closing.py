"""Count, compare, close; reopen and archive."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from batches.breakdown import Breakdown, get_breakdown
from batches.closing import close_batch, closes_early, usual_float_left, why_not_close
from batches.counting import asks_why_again, count_batch, why_not_count
from batches.day import DayClosed
from batches.holding import why_not_change
from batches.models import BatchCount, ReferenceBatch
from batches.reconcile import make_lines
from batches.reopening import FILES_MISSING, archive_batch, reopen_batch, why_not_archive, why_not_reopen
from batches.selectors import find_counts
from payments.takings import Takings, ask_takings
from pops.core.practice.selectors import get_practice, practice_of
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, batch_page
from pops.web.backoffice.desk.batches.day import papers_page
from pops.web.backoffice.desk.batches.day_rows import Online, compare_online
from pops.web.backoffice.desk.batches.forms import CloseForm, CountForm
from pops.web.backoffice.desk.batches.readiness import find_pending
from pops.web.backoffice.desk.forms import ReasonForm
from pops.web.backoffice.once import SentOnce
from receipts.documents.calls import queue_close_documents


class OpenBatchAction(DeskAction):
    """A step of closing: a closed batch leads to its own page instead."""

    rights = ("batches.reconcile_batch",)
    target_name = "batch"

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch.objects.select_related("user"), pk=self.kwargs["batch_id"])

    def elsewhere(self) -> tuple[str, str] | None:
        if why_not_change(self.target):
            return batch_page(self.target.pk), "This batch is closed."
        page = self.other_step()
        return (page, "") if page else None

    def other_step(self) -> str:
        """The step that an open batch needs instead of this one, if any."""
        return ""


class Count(OpenBatchAction):
    """Ask for the count first; with a blind count nothing on this page says what is expected."""

    template_name = "backoffice/count.html"
    title = "Count the batch"
    form_class = CountForm
    field_of = {"recount_unexplained": "reason"}

    def why_not(self) -> Refused | None:
        return why_not_count(self.target, by=self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "asks_why": asks_why_again(self.target)}

    def get_form(self, form_class: Any = None) -> CountForm:
        form: CountForm = super().get_form(form_class)
        if not form.is_bound:
            form.begin()
        return form

    def other_step(self) -> str:
        return reverse("backoffice:close", args=[self.target.pk]) if self.target.is_api else ""

    def do(self, form: CountForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = count_batch(
            batch_id=self.target.pk,
            counted=data["counted"],
            pieces=data["pieces"],
            reason=data.get("reason", ""),
            by=self.request.user,
        )
        return reverse("backoffice:close_counted", args=[self.target.pk, made.pk]), ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        blind = get_practice().blind_count
        lines = None if blind else make_lines(get_breakdown(self.target).due, None)
        return super().get_context_data(counts=find_counts(self.target), lines=lines, **context)


class Close(OpenBatchAction):
    """Counted, expected, over or short; what is still in the air; then close."""

    template_name = "backoffice/close.html"
    title = "Reconcile and close"
    form_class = CloseForm

    @cached_property
    def count(self) -> BatchCount | None:
        count_id = self.kwargs.get("count_id")
        return get_object_or_404(self.target.counts, pk=count_id) if count_id else None

    @cached_property
    def breakdown(self) -> Breakdown:
        return get_breakdown(self.target)

    @cached_property
    def takings(self) -> Takings:
        """What Stripe says of the day of online payments; asked where no transaction is open."""
        return ask_takings([self.target.batch_date] if self.target.is_api else [])

    @cached_property
    def online(self) -> Online | None:
        return compare_online(self.target, self.takings) if self.target.is_api else None

    def other_step(self) -> str:
        needs_count = self.count is None and not self.target.is_api
        return reverse("backoffice:count", args=[self.target.pk]) if needs_count else ""

    def why_not(self) -> Refused | None:
        return why_not_close(self.target, by=self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        _ = self.online
        return {**super().get_form_kwargs(), **self.asked}

    @property
    def asked(self) -> dict[str, Any]:
        """What the form asks of this batch."""
        is_early = closes_early(self.target, practice=practice_of(self.request), now=self.now)
        return {"sums": self.breakdown.seen, "is_online": self.target.is_api, "is_early": is_early}

    def get_initial(self) -> dict[str, Any]:
        return {
            "float_left_cents": usual_float_left(self.breakdown, self.count) or None,
            "reference_total_cents": self.target.reference_total_cents,
        }

    def do(self, form: CloseForm) -> tuple[str, str]:
        batch = close_batch(
            batch_id=self.target.pk,
            now=self.now,
            by=self.request.user,
            count_id=self.kwargs.get("count_id"),
            processor_cents=self.online.stripe_cents if self.online else None,
            **form.facts,
        )
        queue_close_documents()
        return papers_page(DayClosed([batch])), "The batch is closed."

    def show_again(self, form: CloseForm) -> HttpResponse:
        """After an attempt the person sees the numbers of now, and closes those next."""
        errors = form.errors
        typed = {name: form.data.get(name, "") for name in form.fields if not name.startswith(("seen_", "form_id"))}
        self.__dict__.pop("breakdown", None)
        fresh = CloseForm(initial=typed, **self.asked)
        return self.render_to_response(self.get_context_data(form=fresh, shown_errors=errors), status=422)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        breakdown = self.breakdown
        lines, reference = make_lines(breakdown.due, self.count), self.target.reference_total_cents
        off, stripe_off = any(line.over_short_cents for line in lines), bool(self.online and self.online.off_cents)
        why = "the count differs" if off else "Stripe has another sum" if stripe_off else "the reference total is off"
        return super().get_context_data(
            count=self.count,
            lines=lines,
            differs=off,
            note_label=f"Note: say why {why}",
            needs_note=off or stripe_off or reference not in (None, breakdown.total_cents),
            breakdown=breakdown,
            readiness=find_pending(self.target.batch_date),
            **{"online": self.online, "takings": self.takings, **context},
        )


class Reopen(DeskAction):
    """Open a closed batch again, with a reason."""

    rights = ("batches.reopen_batch",)
    title = "Reopen {.title}"
    target_name = "batch"
    form_class = ReasonForm
    button = "Reopen the batch"
    lead = "The close is kept with its count; the batch is counted and closed anew. Your reason is kept."

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])

    def why_not(self) -> Refused | None:
        refusal = why_not_reopen(self.target)
        # Files are made within a minute: the form stays, and is refused until then.
        return None if refusal and refusal.code == FILES_MISSING else refusal

    def do(self, form: ReasonForm) -> tuple[str, str]:
        reopen_batch(batch_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return batch_page(self.target.pk), "The batch is open again. Count and close it anew when you are done."


class Archive(DeskAction):
    """File a closed batch away."""

    rights = ("batches.archive_batch",)
    title = "Archive {.title}"
    target_name = "batch"
    form_class = SentOnce
    button = "Archive the batch"
    danger = True
    lead = "It can be looked at as before. It can't be opened again, and an archived batch stays archived."

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])

    def why_not(self) -> Refused | None:
        return why_not_archive(self.target)

    def do(self, form: SentOnce) -> tuple[str, str]:
        archive_batch(batch_id=self.target.pk, now=self.now, by=self.request.user)
        return batch_page(self.target.pk), "The batch is archived."
