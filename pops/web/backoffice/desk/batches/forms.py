"""What the desk types in about batches: what they are, what was counted, how they close. Amounts clean to cents."""

from typing import Any

from django import forms

from batches.cash import Kind
from batches.counting import PIECES
from pops.core.methods import Tender
from pops.core.money import format_cents
from pops.core.practice.models import Facility
from pops.core.practice.selectors import find_offered
from pops.web.backoffice.desk.forms import ReasonField
from pops.web.backoffice.fields import MAX_CENTS, MoneyField
from pops.web.backoffice.once import SentOnce

MOST_PIECES = 99_999
HINTS = {
    "cash": "All bills and coins in the drawer, with its float. Counted by the piece, or typed as a sum.",
    "check": "The sum of the checks.",
    "card": "What the terminal's report says.",
    "other": "Anything else.",
}


class BatchForm(SentOnce):
    """What a person may say about a batch of the desk."""

    description = forms.CharField(
        max_length=200,
        help_text="For example: Front desk, or Mail of Monday.",
        error_messages={"required": "Give the batch a description."},
    )
    facility = forms.ModelChoiceField(Facility.objects.order_by("name"), required=False, empty_label="No facility")
    reference_total_cents = MoneyField(
        label="Reference total",
        min_cents=-MAX_CENTS,
        required=False,
        help_text="What you counted or what the slip says; with a minus when more was given back than came in. "
        "A batch that doesn't match is flagged.",
    )
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility: Any = self.fields["facility"]
        facility.queryset = find_offered(Facility.objects, keep=self.initial.get("facility"))

    @property
    def facts(self) -> dict[str, Any]:
        """What is said about the batch."""
        return {name: value for name, value in self.cleaned_data.items() if name != "form_id"}


class OpenForm(BatchForm):
    """The same of a new batch, and what lies in its drawer."""

    float_cents = MoneyField(
        label="Float", required=False, help_text="Cash in the drawer at opening, for change. Empty when there is none."
    )


class AttachForm(SentOnce):
    """Choose a batch to work in."""

    batch = forms.IntegerField(widget=forms.HiddenInput)


class DrawerForm(SentOnce):
    """Cash that moves in a drawer beside receipts."""

    kind = forms.ChoiceField(
        label="What moved",
        widget=forms.RadioSelect,
        choices=[
            (Kind.PAID_IN, "Paid in: change from the bank, for example"),
            (Kind.PAID_OUT, "Paid out: stamps, for example"),
            (Kind.DROP, "Dropped into the safe: it goes to the bank with the rest"),
            (Kind.FLOAT, "Float: what lay in the drawer at opening"),
        ],
        error_messages={"required": "Choose what moved."},
    )
    cents = MoneyField(label="Amount")
    reason = ReasonField(help_text="What for, or the number of the bag. Kept with your name.")


class CountForm(SentOnce):
    """What was counted, by method; below zero where more was given back than came in. Cash also by the piece.

    Cleans to `counted`, cents by tender, and `pieces`, how many by worth.
    """

    def __init__(self, *args: Any, asks_why: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {f"piece_{worth}": self._piece(worth) for worth in PIECES}
        self.fields |= {tender.value: self._tender(tender) for tender in Tender}
        if asks_why:
            self.fields["reason"] = ReasonField(
                label="Why is it counted again?", help_text="What is expected was shown after the first count."
            )

    def begin(self) -> None:
        """Let the page begin with the first of its fields: whoever opens it counts."""
        self.fields[f"piece_{PIECES[0]}"].widget.attrs["autofocus"] = True

    @property
    def piece_fields(self) -> list[Any]:
        """How many of each bill and coin."""
        return [self[f"piece_{worth}"] for worth in PIECES]

    @property
    def tender_fields(self) -> list[Any]:
        """What was counted by method."""
        return [self[tender.value] for tender in Tender]

    @staticmethod
    def _piece(worth: int) -> forms.IntegerField:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "piece-input", "data-worth": worth}
        errors = {"invalid": "Enter how many, as a whole number.", "min_value": "Enter how many, 0 or more."}
        return forms.IntegerField(
            label=format_cents(worth),
            min_value=0,
            max_value=MOST_PIECES,
            required=False,
            widget=forms.TextInput(attrs=attrs),
            error_messages=errors,
        )

    @staticmethod
    def _tender(tender: Tender) -> MoneyField:
        error = {"required": f"Enter what you counted for {tender.label.lower()}; 0 when there is none."}
        return MoneyField(
            label=tender.label,
            min_cents=-MAX_CENTS,
            help_text=HINTS[tender],
            error_messages=error,
            required=tender != Tender.CASH,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        told = {worth: data[f"piece_{worth}"] for worth in PIECES if data.get(f"piece_{worth}") is not None}
        made, cash = sum(worth * number for worth, number in told.items()), data.get(Tender.CASH)
        if told and cash not in (None, made):
            words = f"The bills and coins make {format_cents(made)}. Correct them, or empty this."
            self.add_error(Tender.CASH, words)
        elif not told and cash is None and Tender.CASH not in self.errors:
            self.add_error(Tender.CASH, "Count the bills and coins, or enter what cash there is; 0 when there is none.")
        data[Tender.CASH] = made if told else cash
        data["pieces"], data["counted"] = told, {tender: data.get(tender) for tender in Tender}
        return data


class CloseForm(SentOnce):
    """The last step: the note, what stays in the drawer, the reference total, and the totals that the person saw."""

    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    float_left_cents = MoneyField(
        label="Stays in the drawer",
        min_cents=0,
        required=False,
        help_text="The float of the next day. The rest of the cash goes to the bank.",
    )
    reference_total_cents = MoneyField(
        label="Reference total",
        min_cents=-MAX_CENTS,
        required=False,
        help_text="What the slip or your own list says the receipts make. If it doesn't match, say why in the note.",
    )
    knows_day_goes_on = forms.BooleanField(
        label="The day is not over. I know that online payments of today that still come open a supplement.",
        required=False,
    )

    def __init__(
        self, *args: Any, sums: dict[str, int], is_online: bool = False, is_early: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_online:
            del self.fields["float_left_cents"], self.fields["reference_total_cents"]
        if not is_early:
            del self.fields["knows_day_goes_on"]
        self.names = list(sums)
        for name, cents in sums.items():
            self.fields[f"seen_{name}"] = forms.IntegerField(widget=forms.HiddenInput, initial=cents)

    @property
    def asked(self) -> list[Any]:
        """What is asked beside the note."""
        return [field for field in self.visible_fields() if field.name != "note"]

    @property
    def facts(self) -> dict[str, Any]:
        """How the batch is closed."""
        asked = ("note", "float_left_cents", "reference_total_cents", "knows_day_goes_on")
        facts = {name: self.cleaned_data[name] for name in asked if name in self.fields}
        return {**facts, "expected_seen": {name: self.cleaned_data[f"seen_{name}"] for name in self.names}}
