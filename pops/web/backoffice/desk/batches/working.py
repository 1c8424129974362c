"""Working in a batch: open one, attach another, describe it anew."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from batches.models import ReferenceBatch
from batches.selectors import batches_with_totals, find_attached_batch_with_total
from batches.working import (
    BatchNotAttachable,
    attach_batch,
    attach_earlier_batch,
    change_desk_batch,
    detach_batch,
    open_desk_batch,
    why_not_attach_earlier,
    why_not_change_desk_batch,
)
from pops.core.money import plain_dollars
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskButton, batch_page
from pops.web.backoffice.desk.batches.forms import AttachForm, BatchForm, OpenForm
from pops.web.backoffice.desk.forms import ReasonForm


class MyBatch(DeskAction):
    """The batch the user works in; open one, or attach another of today."""

    rights = ("batches.open_batch",)
    template_name = "backoffice/my_batch.html"
    title = "My batch"
    form_class = OpenForm
    initial = {"description": "Front desk"}
    field_of = {"description_taken": "description"}

    def do(self, form: OpenForm) -> tuple[str, str]:
        batch = open_desk_batch(today=self.today, by=self.request.user, **form.facts)
        return reverse("backoffice:my_batch"), f"You work in the new batch {batch.title} now."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        attached = find_attached_batch_with_total(self.request.user)
        return super().get_context_data(attached=attached, others=self._others(), today=self.today, **context)

    def _others(self) -> QuerySet[ReferenceBatch]:
        """Other open batches of today."""
        batches = batches_with_totals(by=self.request.user)
        today = batches.filter(status=ReferenceBatch.Status.OPEN, is_api=False, batch_date=self.today)
        return today.exclude(attachments__user=self.request.user).select_related("user").order_by("-pk")


class Attach(DeskButton):
    """Work in another open batch of today."""

    rights = ("batches.open_batch",)
    form_class = AttachForm
    undone_by = "Work in another batch, or in none"

    def page(self) -> str:
        return reverse("backoffice:my_batch")

    def do(self, form: AttachForm) -> tuple[str, str]:
        batch = attach_batch(batch_id=form.cleaned_data["batch"], today=self.today, by=self.request.user)
        return self.page(), f"You work in {batch.title} now."

    def form_invalid(self, form: AttachForm) -> HttpResponse:
        return self.refused(form, BatchNotAttachable())


class AttachEarlier(DeskAction):
    """Work in an open batch of an earlier day, such as for a check that was found."""

    rights = ("batches.attach_earlier",)
    title = "Work in {.title}"
    target_name = "batch"
    form_class = ReasonForm
    button = "Work in it"
    lead = (
        "What you take from now on counts for the day of this batch, until you attach another. "
        "Voids and refunds need a batch of today. Why is kept with the batch."
    )

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])

    def why_not(self) -> Refused | None:
        return why_not_attach_earlier(self.target, today=self.today)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        reason, by = form.cleaned_data["reason"], self.request.user
        batch = attach_earlier_batch(batch_id=self.target.pk, reason=reason, today=self.today, by=by)
        return reverse("backoffice:find"), f"You work in {batch.title} now."


class Detach(DeskButton):
    """Work in no batch."""

    rights = ("batches.open_batch",)
    undone_by = "Work in it again"

    def page(self) -> str:
        return reverse("backoffice:my_batch")

    def do(self, form: Any) -> tuple[str, str]:
        detach_batch(by=self.request.user)
        return self.page(), "You work in no batch now."


class Change(DeskAction):
    """Describe an open batch anew."""

    rights = ("batches.open_batch",)
    title = "Change {.title}"
    target_name = "batch"
    form_class = BatchForm
    button = "Save"

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])

    def why_not(self) -> Refused | None:
        return why_not_change_desk_batch(self.target)

    def get_initial(self) -> dict[str, Any]:
        batch: ReferenceBatch = self.target
        return {
            "description": batch.description,
            "facility": batch.facility_id,
            "note": batch.note,
            "reference_total_cents": plain_dollars(batch.reference_total_cents),
        }

    def do(self, form: BatchForm) -> tuple[str, str]:
        change_desk_batch(batch_id=self.target.pk, **form.facts)
        return batch_page(self.target.pk), "The batch was changed."
