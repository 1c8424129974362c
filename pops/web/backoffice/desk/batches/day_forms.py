"""What the desk types in when it closes the day: counts, then how each batch is closed, and the deposit."""

import datetime as dt
from typing import Any

from django import forms

from batches.closing import Closing
from batches.deposits import DepositFacts
from pops.web.backoffice.desk.batches.day_rows import DayRow
from pops.web.backoffice.desk.batches.forms import CloseForm, CountForm
from pops.web.backoffice.fields import DATE_INPUT
from pops.web.backoffice.once import SentOnce
from pops.web.typed import TypedForm

COUNTED_MEANWHILE = (
    "Somebody counted or closed one of these drawers meanwhile. Nothing was counted; look at them again."
)


def _prefix(row: DayRow) -> str:
    return f"b{row.batch.pk}"


def _typed(data: Any) -> set[str]:
    """The prefixes of the batches that something was sent for."""
    return {name.partition("-")[0] for name, value in data.items() if name[:1] == "b" and "-" in name and value}


class DayCountForm(SentOnce):
    """The count of each drawer. One that nothing is typed for is left uncounted."""

    def __init__(self, *args: Any, rows: list[DayRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = self.data if self.is_bound else None
        for row in rows:
            row.form = CountForm(data, prefix=_prefix(row), empty_permitted=True, use_required_attribute=False)
            del row.form.fields["form_id"]
        self.rows = rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if _typed(self.data) - {_prefix(row) for row in self.rows}:
            raise forms.ValidationError(COUNTED_MEANWHILE)
        typed = [row for row in self.rows if row.form.has_changed()]
        if not typed:
            raise forms.ValidationError("Count at least one drawer.")
        # What is wrong stands beside each field, and in the list at the top.
        if not all([row.form.is_valid() for row in typed]):
            raise forms.ValidationError("Look at what is marked below. Nothing was counted.")
        data["counts"] = [
            (row.batch, {name: row.form.cleaned_data[name] for name in ("counted", "pieces")}) for row in typed
        ]
        return data


class DepositFields(TypedForm):
    """What stands on the slip of a deposit."""

    bank = forms.CharField(max_length=100, error_messages={"required": "Enter the bank that the money goes to."})
    bag_number = forms.CharField(label="Bag number", max_length=40, required=False)
    deposited_on = forms.DateField(
        label="Date of the deposit", widget=DATE_INPUT, error_messages={"required": "Enter the date on the slip."}
    )

    @property
    def facts(self) -> DepositFacts:
        """What stands on the slip."""
        data = self.cleaned_data
        return DepositFacts(data["deposited_on"], data["bank"], data["bag_number"], data.get("note", ""))


class DayCloseForm(DepositFields, SentOnce):
    """How each batch is closed, and one deposit of what was counted."""

    makes_deposit = forms.BooleanField(label="One deposit of the cash and checks of these batches", required=False)

    def __init__(self, *args: Any, rows: list[DayRow], today: dt.date, bank: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.fields["bank"].required = self.fields["deposited_on"].required = False
        self.initial = {"makes_deposit": True, "bank": bank, "deposited_on": today}
        typed = _typed(self.data)
        for row in rows:
            # Of what came since the page was shown nothing was sent: it stays open, and keeps nothing from closing.
            data = self.data if _prefix(row) in typed else None
            row.form = DayPart(data, row=row, prefix=_prefix(row), initial=row.initial)
            del row.form.fields["form_id"]
        if not any(row.count for row in rows):
            for name in ("makes_deposit", *DepositFields.base_fields):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        shown = [row for row in self.rows if row.form.is_bound]
        chosen = [row for row in shown if row.form.is_valid() and row.form.is_chosen]
        if not all([row.form.is_valid() for row in shown]):
            raise forms.ValidationError("Look at what is marked below. Nothing was closed.")
        if not chosen:
            raise forms.ValidationError("Choose at least one batch to close.")
        if data.get("makes_deposit") and any(row.count for row in chosen):
            self._need_slip(data)
        data["closings"] = [row.form.closing for row in chosen]
        return data

    def _need_slip(self, data: dict[str, Any]) -> None:
        for name in ("bank", "deposited_on"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, DepositFields.base_fields[name].error_messages["required"])

    @property
    def came_since(self) -> list[DayRow]:
        """What is open or counted since the page was shown: nobody decided about it."""
        return [row for row in self.rows if not row.form.is_bound]

    @property
    def deposit(self) -> DepositFacts | None:
        """The deposit that is wanted."""
        return self.facts if self.cleaned_data.get("makes_deposit") else None


class DayPart(CloseForm):
    """How one batch of the day is closed, or that it stays open."""

    is_closed = forms.BooleanField(label="Close it", required=False, initial=True)

    def __init__(self, *args: Any, row: DayRow, **kwargs: Any) -> None:
        super().__init__(*args, sums=row.breakdown.seen, is_online=row.is_online, is_early=row.is_early, **kwargs)
        self.row = row
        self.fields["note"].widget.attrs["rows"] = 2
        if row.is_early:
            # Ticking that the day goes on is what closes it.
            del self.fields["is_closed"]

    @property
    def asked(self) -> list[Any]:
        return [field for field in super().asked if field.name != "is_closed"]

    @property
    def is_chosen(self) -> bool:
        """Whether the batch is to be closed now."""
        return bool(self.cleaned_data.get("knows_day_goes_on" if self.row.is_early else "is_closed"))

    def clean(self) -> dict[str, Any]:
        """A difference is explained before anything is closed."""
        data = super().clean() or {}
        reference = data.get("reference_total_cents")
        if reference is None:
            reference = self.row.batch.reference_total_cents
        off = self.row.needs_note or reference not in (None, self.row.breakdown.total_cents)
        if self.is_chosen and off and not data.get("note", "").strip():
            self.add_error("note", "Say why it differs.")
        return data

    @property
    def closing(self) -> Closing:
        """How the batch is closed."""
        count, online = self.row.count, self.row.online
        return Closing(
            batch_id=self.row.batch.pk,
            count_id=count.pk if count else None,
            processor_cents=online.stripe_cents if online else None,
            **self.facts,
        )
