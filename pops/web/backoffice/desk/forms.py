"""What the desk types in: reasons, refunds, escrow, decisions. Amounts clean to cents."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet

from batches.models import ReferenceBatch
from pops.core.accounts.models import ServiceLine
from pops.core.methods import Method
from pops.core.money import format_cents
from pops.web.backoffice.fields import DATE_INPUT, MoneyField
from pops.web.backoffice.once import SentOnce
from receipts.models import MoneyReturn, Transaction


class ReasonField(forms.CharField):
    """Why something was done; kept with it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(max_length=300, widget=widget, error_messages={"required": "Say why."}, **kwargs)


class ReasonForm(SentOnce):
    """Why, and nothing else."""

    reason = ReasonField()


class OnlineRefundForm(SentOnce):
    """Whole or part of what is left, back to the card. `refund_id` makes a double click one refund.

    Of a payment that was charged in parts one is chosen: `charges`, words by charge; None where there was but one.
    """

    refund_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    charge = forms.ChoiceField(
        label="Which part",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the part to refund.",
            "invalid_choice": "Nothing is left of this part. Look at the receipt again.",
        },
    )
    cents = MoneyField(label="Amount to refund")
    reason = ReasonField()

    def __init__(self, *args: Any, charges: dict[str, str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if charges is None:
            del self.fields["charge"]
        else:
            self.fields["charge"].choices = list(charges.items())  # type: ignore[attr-defined]


OUR_CHECK: dict[str, Any] = {
    "label": "Our check number", "required": False, "max_length": 30, "help_text": "Of the check you write."
}  # fmt: skip
ANOTHER_WAY: dict[str, Any] = {
    "label": "Why by another way",
    "required": False,
    "max_length": 100,
    "help_text": "Only where more goes back by a method than came by it, such as a check for cash.",
}


class DeskRefundForm(SentOnce):
    """Amounts by the methods the money came by, and for who may, by `others` up to all that is left.

    Cleans to `amounts`, and `another_way`: why it goes back by another way than it came.
    """

    def __init__(self, *args: Any, left: dict[str, int], others: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        self.methods = [*left, *(method for method in others if method not in left)]
        for method in self.methods:
            self._ask_for(method, most=sum(left.values()) if method in others else left[method])
        if "check" in self.methods:
            self.fields["check_number"] = forms.CharField(**OUR_CHECK)
        self.fields["reason"] = ReasonField()
        if others:
            self.fields["another_way"] = forms.CharField(**ANOTHER_WAY)

    def _ask_for(self, method: str, *, most: int) -> None:
        cents = self.left.get(method, 0)
        came = f"{format_cents(cents)} are left." if cents else "The money did not come this way."
        self.fields[method] = MoneyField(label=Method(method).label, required=False, max_cents=most, help_text=came)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["amounts"] = {method: data[method] for method in self.methods if data.get(method)}
        if data.get("check_number") and not data.get("check") and "check" not in self.errors:
            self.add_error("check", "Enter the amount of this check, or empty its number.")
        if not data["amounts"] and not self.errors:
            raise forms.ValidationError("Enter how much you give back.")
        is_other = any(cents > self.left.get(method, 0) for method, cents in data["amounts"].items())
        if is_other and not data.get("another_way", "").strip() and not self.errors:
            self.add_error("another_way", "Say why it goes back by another way than it came.")
        if not is_other:
            data["another_way"] = ""
        return data


class ReturnForm(SentOnce):
    """What the bank took back, why and since when it is known. Of one tender nobody is asked which."""

    transaction = forms.ModelChoiceField(
        Transaction.objects.none(),
        label="What came back",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose what came back.", "invalid_choice": "This can't have come back."},
    )
    reason = forms.ChoiceField(
        label="What the bank says",
        error_messages={"required": "Choose what the bank says."},
    )
    learned_on = forms.DateField(
        label="Date of the bank's notice",
        widget=DATE_INPUT,
        error_messages={"required": "Enter the date of the bank's notice."},
    )
    note = forms.CharField(required=False, max_length=300, help_text="For staff. The guarantor doesn't see it.")

    def __init__(self, *args: Any, returnable: QuerySet[Transaction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["transaction"]
        field.queryset, field.label_from_instance = returnable, _say_tender
        said = {reason for moved in returnable for reason in MoneyReturn.Reason.of(moved.method)}
        reasons: Any = self.fields["reason"]
        reasons.choices = [("", "Choose a reason"), *((one, one.label) for one in MoneyReturn.Reason if one in said)]
        if len(returnable) == 1:
            field.initial, field.widget = returnable[0].pk, forms.HiddenInput()


def _say_tender(moved: Transaction) -> str:
    return f"{moved.paid_with}, {format_cents(moved.amount_cents)}"


class TakeBackForm(SentOnce):
    """How much from which service, and why. Cleans to `parts`, cents by line."""

    def __init__(self, *args: Any, lines: dict[ServiceLine, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line, cents in lines.items():
            self.fields[f"line_{line.pk}"] = MoneyField(
                label=f"{line.description}, {line.encounter.patient.name}, {line.service_id}",
                required=False,
                max_cents=cents,
                help_text=f"{format_cents(cents)} are applied.",
            )
        self.fields["reason"] = ReasonField()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["parts"] = {line.pk: cents for line in self.lines if (cents := data.get(f"line_{line.pk}"))}
        if not data["parts"] and not self.errors:
            raise forms.ValidationError("Enter how much to take back from at least one service.")
        return data


class DisburseForm(SentOnce):
    """How much escrow doesn't belong here, and why."""

    def __init__(self, *args: Any, escrow_cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cents"] = MoneyField(label="Amount", max_cents=max(escrow_cents, 1))
        self.fields["reason"] = ReasonField()


class BatchField(forms.ModelChoiceField):
    """Batches, each by what tells it from the others."""

    def label_from_instance(self, batch: ReferenceBatch) -> str:
        return batch.title


class MoveForm(SentOnce):
    """To which open batch, and why."""

    def __init__(self, *args: Any, batches: QuerySet[ReferenceBatch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"] = BatchField(
            batches,
            label="Move to",
            empty_label="Choose a batch",
            error_messages={
                "required": "Choose a batch.",
                "invalid_choice": "This is not an open batch of the receipt's date.",
            },
        )
        self.fields["reason"] = ReasonField()


class PeriodForm(SentOnce):
    """The last day to lock, confirmed."""

    locked_through = forms.DateField(
        label="Lock all days through",
        widget=DATE_INPUT,
        error_messages={"required": "Enter the last day to lock."},
    )
    note = forms.CharField(required=False, max_length=300)
    confirmed = forms.BooleanField(
        label="I know that nothing in this period can be changed or reopened afterwards.",
        error_messages={"required": "Confirm that you know this can't be undone."},
    )

    def __init__(self, *args: Any, initial_date: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locked_through"].initial = initial_date


class ReviewForm(SentOnce):
    """What becomes of a payment that waits for a decision, and why."""

    ACCEPT, RETURN = "accept", "return"

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            (ACCEPT, "Accept: issue a receipt over what Stripe really received"),
            (RETURN, "Return: give all of the money back to the card"),
        ],
        error_messages={"required": "Choose what becomes of the money."},
    )
    reason = ReasonField()


class RefundReviewForm(SentOnce):
    """What becomes of a refund that waits for a decision, and why."""

    RECORD, ELSEWHERE = "record", "elsewhere"

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            (RECORD, "Record it: issue its receipt. What was disbursed is taken back for it, as far as needed"),
            (ELSEWHERE, "It was settled in another way: issue no receipt"),
        ],
        error_messages={"required": "Choose what becomes of the refund."},
    )
    reason = ReasonField()
