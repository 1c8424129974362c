"""A deposit of batches that were closed one by one."""

from typing import Any

from django import forms
from django.urls import reverse

from batches.deposits import find_bank, find_money_for_the_bank, make_deposit
from batches.models import ReferenceBatch
from pops.core.money import format_cents
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.batches.day_forms import DepositFields
from pops.web.backoffice.once import SentOnce
from receipts.documents.calls import queue_close_documents

# A practice that never made deposits here begins with its latest batches.
SHOWN = 100


class BatchChoice(forms.ModelMultipleChoiceField):
    """Batches by their titles and what there is of them for the bank."""

    def offer(self, cents: dict[int, int]) -> None:
        """These batches, each with what there is of it."""
        self.cents = cents
        self.queryset = ReferenceBatch.objects.filter(pk__in=cents).select_related("user").order_by("batch_date", "pk")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}: {format_cents(self.cents[obj.pk])}"


class DepositForm(DepositFields, SentOnce):
    """Which closed batches go to the bank in one bag."""

    batches = BatchChoice(
        ReferenceBatch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one batch."},
    )
    note = forms.CharField(required=False, max_length=300)
    field_order = ("form_id", "batches")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["batches"]
        offered.offer(find_money_for_the_bank(latest=SHOWN))
        if not offered.cents:
            offered.help_text = "Nothing waits: what was counted is in a deposit, or nothing of it was cash or a check."


class MakeDeposit(DeskAction):
    """Put the money of closed batches into one deposit."""

    rights = ("batches.make_deposit",)
    title = "Make a deposit"
    lead = "Cash and checks as they were counted, less the float that stayed. A batch goes to the bank once."
    form_class = DepositForm
    button = "Make the deposit"

    def get_initial(self) -> dict[str, Any]:
        return {"bank": find_bank(), "deposited_on": self.today}

    def do(self, form: DepositForm) -> tuple[str, str]:
        ids = [batch.pk for batch in form.cleaned_data["batches"]]
        made = make_deposit(batch_ids=ids, facts=form.facts, by=self.request.user)
        queue_close_documents()
        return reverse("admin:batches_deposit_change", args=[made.pk]), "The deposit is made. Its slip follows."
