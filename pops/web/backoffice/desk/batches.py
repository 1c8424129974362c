"""Working in a batch, counting, closing, reopening, archiving, and the month-end lock."""

import datetime as dt

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from batches import closing, services
from batches.models import BatchCount, BatchDocument, ReferenceBatch
from batches.reconcile import Line, make_lines
from batches.selectors import (
    Breakdown,
    batches_with_totals,
    find_attached_batch_with_total,
    find_locked_through,
    get_breakdown,
)
from pops.core.practice.selectors import get_practice
from pops.web.backoffice.desk.forms import AttachForm, BatchForm, CloseForm, CountForm, PeriodForm, ReasonForm
from pops.web.backoffice.desk.pages import DeskRequest, bound, desk_page, desk_render, once
from pops.web.backoffice.desk.readiness import Readiness, find_readiness
from pops.web.backoffice.desk.words import REFUSALS, explain
from receipts.documents.calls import queue_close_documents

ASK = ["GET", "POST"]


class DescriptionTaken(Exception):
    """An open batch of today is described so already: people could not tell them apart."""


def practice_today() -> dt.date:
    """The practice's business day, now."""
    return get_practice().business_date(timezone.now())


def to_batch(batch: ReferenceBatch | int) -> HttpResponseBase:
    return redirect("admin:batches_referencebatch_change", batch if isinstance(batch, int) else batch.pk)


@desk_page("batches.open_batch")
@require_http_methods(ASK)
def my_batch(request: DeskRequest) -> HttpResponseBase:
    """The batch the user works in; open one, or attach another of today."""
    today = practice_today()
    open_today = batches_with_totals().filter(status="open", is_api=False, batch_date=today).select_related("user")
    form = BatchForm(bound(request), initial={"description": "Front desk"})
    if form.is_valid():
        data = form.facts

        def open_it() -> tuple[str, str]:
            if open_today.filter(description__iexact=data["description"]).exists():
                raise DescriptionTaken
            batch = services.open_desk_batch(today=today, by=request.user, **data)
            return reverse("backoffice:my_batch"), f"You work in the new batch {batch.description} now."

        try:
            return once(request, form, open_it)
        except DescriptionTaken:
            words = "A batch of this description is open already. Attach it, or describe this one."
            form.add_error("description", words)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    return desk_render(
        request,
        "my_batch.html",
        "My batch",
        form=form,
        attached=find_attached_batch_with_total(request.user),
        others=open_today.exclude(attachments__user=request.user).order_by("-pk"),
        today=today,
        status=422 if form.is_bound else 200,
    )


@desk_page("batches.open_batch")
@require_POST
def attach(request: DeskRequest) -> HttpResponseBase:
    """Work in another open batch of today."""
    form = AttachForm(request.POST)
    try:
        batch_id = form.cleaned_data["batch"] if form.is_valid() else 0
        batch = services.attach_batch(batch_id=batch_id, today=practice_today(), by=request.user)
        messages.success(request, f"You work in {batch.description} now.")
    except REFUSALS as error:
        messages.error(request, explain(error))
    return redirect("backoffice:my_batch")


@desk_page("batches.open_batch")
@require_POST
def detach(request: DeskRequest) -> HttpResponseBase:
    services.detach_batch(by=request.user)
    messages.success(request, "You work in no batch now.")
    return redirect("backoffice:my_batch")


@desk_page("batches.open_batch")
@require_http_methods(ASK)
def change(request: DeskRequest, batch_id: int) -> HttpResponseBase:
    """Describe an open batch anew."""
    batch = get_object_or_404(ReferenceBatch, pk=batch_id)
    total = batch.reference_total_cents
    initial = {
        "description": batch.description,
        "facility": batch.facility_id,
        "note": batch.note,
        "reference_total_cents": "" if total is None else f"{total // 100}.{total % 100:02d}",
    }
    form = BatchForm(bound(request), initial=initial)
    if form.is_valid():
        try:
            services.change_desk_batch(batch_id=batch_id, **form.facts)
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, "The batch was changed.")
            return to_batch(batch_id)
    return desk_render(
        request,
        "form.html",
        f"Change {batch}",
        form=form,
        batch=batch,
        button="Save",
        status=422 if form.is_bound else 200,
    )


# --- Reconcile and close --------------------------------------------------------------------------------------


@desk_page("batches.reconcile_batch")
@require_http_methods(ASK)
def count(request: DeskRequest, batch_id: int) -> HttpResponseBase:
    """Ask for the count first; with a blind count nothing on this page says what is expected."""
    batch = get_object_or_404(ReferenceBatch, pk=batch_id)
    if not batch.is_open:
        messages.error(request, "This batch is closed.")
        return to_batch(batch)
    if batch.is_api:
        return redirect("backoffice:close", batch_id)
    form = CountForm(bound(request))
    if form.is_valid():
        try:
            made = closing.count_batch(batch_id=batch_id, counted=form.cleaned_data, by=request.user)
            return redirect("backoffice:close_counted", batch_id, made.pk)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    blind = get_practice().blind_count
    return desk_render(
        request,
        "count.html",
        "Count the batch",
        form=form,
        batch=batch,
        counts=batch.counts.count(),
        lines=None if blind else make_lines(get_breakdown(batch).expected, None),
        status=422 if form.is_bound else 200,
    )


@desk_page("batches.reconcile_batch")
@require_http_methods(ASK)
def close(request: DeskRequest, batch_id: int, count_id: int | None = None) -> HttpResponseBase:
    """Counted, expected, over or short; what is still in the air; then close."""
    batch = get_object_or_404(ReferenceBatch.objects.select_related("user"), pk=batch_id)
    made = get_object_or_404(batch.counts, pk=count_id) if count_id else None
    if not batch.is_open:
        messages.error(request, "This batch is closed.")
        return to_batch(batch)
    if made is None and not batch.is_api:
        return redirect("backoffice:count", batch_id)
    breakdown = get_breakdown(batch)
    form = CloseForm(bound(request), sums=breakdown.seen)
    if request.method == "POST" and not request.user.has_perm("batches.close_batch"):
        form.add_error(None, "You may count and reconcile, not close. Ask somebody who may.")
    elif form.is_valid():
        try:
            closing.close_batch(
                batch_id=batch_id,
                by=request.user,
                count_id=count_id,
                note=form.cleaned_data["note"],
                expected_seen=form.seen,
            )
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            queue_close_documents()
            messages.success(request, "The batch is closed. The close packet is being made.")
            return to_batch(batch)
    return _show_close(request, batch, made, breakdown, form)


def _show_close(
    request: DeskRequest, batch: ReferenceBatch, count: BatchCount | None, breakdown: Breakdown, form: CloseForm
) -> HttpResponseBase:
    """The comparison. After an attempt the person sees the numbers of now, and closes those next."""
    status = 422 if form.is_bound else 200
    if form.is_bound:
        errors, note = form.errors, form.data.get("note", "")
        form = CloseForm(sums=breakdown.seen, initial={"note": note})
        form.shown_errors = errors  # type: ignore[attr-defined]
    lines: list[Line] = make_lines(breakdown.expected, count)
    readiness: Readiness = find_readiness(batch)
    return desk_render(
        request,
        "close.html",
        "Reconcile and close",
        form=form,
        batch=batch,
        count=count,
        lines=lines,
        own_check_cents=breakdown.own_check_cents,
        total=breakdown.total_cents,
        differs=any(line.over_short_cents for line in lines),
        breakdown=breakdown,
        readiness=readiness,
        status=status,
    )


@desk_page("batches.reopen_batch")
@require_http_methods(ASK)
def reopen(request: DeskRequest, batch_id: int) -> HttpResponseBase:
    """Open a closed batch again, with a reason."""
    batch = get_object_or_404(ReferenceBatch, pk=batch_id)
    form = ReasonForm(bound(request))
    if form.is_valid() and batch.closes.filter(documents=None).exists():
        queue_close_documents()
        form.add_error(None, "The files of its close are still being made. Try again in a minute.")
    elif form.is_valid():
        try:
            closing.reopen_batch(batch_id=batch_id, reason=form.cleaned_data["reason"], by=request.user)
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, "The batch is open again. Count and close it anew when you are done.")
            return to_batch(batch)
    return desk_render(
        request,
        "form.html",
        f"Reopen {batch}",
        form=form,
        batch=batch,
        button="Reopen the batch",
        lead="The close is kept with its count; the batch is counted and closed anew. Your reason is kept.",
        status=422 if form.is_bound else 200,
    )


@desk_page("batches.archive_batch")
@require_POST
def archive(request: DeskRequest, batch_id: int) -> HttpResponseBase:
    """File a closed batch away."""
    get_object_or_404(ReferenceBatch, pk=batch_id)
    try:
        closing.archive_batch(batch_id=batch_id, by=request.user)
        messages.success(request, "The batch is archived.")
    except REFUSALS as error:
        messages.error(request, explain(error))
    return to_batch(batch_id)


@desk_page("batches.lock_period")
@require_http_methods(ASK)
def period(request: DeskRequest) -> HttpResponseBase:
    """Lock all days through a date, for good."""
    today = practice_today()
    form = PeriodForm(bound(request), initial_date=today.replace(day=1) - dt.timedelta(days=1))
    blocking: list[ReferenceBatch] = []
    if form.is_valid():
        through, note = form.cleaned_data["locked_through"], form.cleaned_data["note"]
        try:
            closing.lock_period(locked_through=through, today=today, by=request.user, note=note)
        except REFUSALS as error:
            form.add_error(None, explain(error))
            blocking = error.args[0] if isinstance(error, closing.PeriodHasOpenBatches) else []
        else:
            messages.success(request, "The period is locked.")
            return redirect("admin:batches_periodlock_changelist")
    return desk_render(
        request,
        "period.html",
        "Month-end lock",
        form=form,
        blocking=blocking,
        locked_through=find_locked_through(),
        status=422 if form.is_bound else 200,
    )


@desk_page("batches.view_referencebatch")
@require_GET
def document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """A file of a close as it was made: packet or deposit slip."""
    found = get_object_or_404(BatchDocument.objects.select_related("close__batch"), pk=document_id)
    try:
        file = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("The file is not there any more.") from error
    batch, is_csv = found.close.batch, found.kind.endswith("_csv")
    name = f"{found.kind.removesuffix('_csv')}-{batch.batch_date}-{batch.pk}.{'csv' if is_csv else 'pdf'}"
    return FileResponse(file, as_attachment=True, filename=name)
