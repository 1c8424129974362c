"""A deposit of batches that were closed one by one."""

from typing import Any

from django import forms
from django.urls import reverse

from batches.deposits import find_bank, find_undeposited, get_last_close, make_deposit
from batches.models import ReferenceBatch
from pops.core.money import format_cents
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.batches.day_forms import DepositFields
from pops.web.backoffice.once import SentOnce
from receipts.documents.calls import queue_close_documents

# A practice that never made deposits here begins with its latest batches.
SHOWN = 30


class BatchChoice(forms.ModelMultipleChoiceField):
    """Batches by their titles and what there is of them for the bank."""

    def label_from_instance(self, obj: Any) -> str:
        close = get_last_close(obj)
        return f"{obj.title}: {format_cents(close.deposit_cash_cents + close.deposit_check_cents)}"


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
        newest = find_undeposited().order_by("-pk").values("pk")[:SHOWN]
        self.fields["batches"].queryset = find_undeposited().filter(pk__in=newest).select_related("user")  # type: ignore[attr-defined]


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
