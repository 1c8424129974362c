"""One amount by one method, and what it is for: most payments at the desk are no more than that."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from pops.core.accounts.models import Appointment, Patient
from pops.core.methods import BRANDS, Method
from pops.core.money import format_cents, plain_dollars
from pops.web.backoffice.fields import DATE_INPUT, MoneyField
from pops.web.typed import TypedForm
from receipts.issue import TransactionFacts
from receipts.questions import Purpose, why_not_unasked

BRAND_CHOICES = [("", "Card brand"), *BRANDS.items()]
# By what one amount comes: a card is one key away, as it has the most to type.
METHODS = [
    (method.value, label)
    for method, label in zip(
        (Method.CASH, Method.CARD, Method.CHECK, Method.OTHER), ("Cash", "Card", "Check", "Other"), strict=True
    )
]


def number_of_check(label: str) -> forms.CharField:
    """A field for the number of a check."""
    return forms.CharField(
        label=label, required=False, max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def last_four(label: str) -> forms.RegexField:
    """A field for the last four digits of a card, never more."""
    return forms.RegexField(
        r"^[0-9]{4}$",
        label=label,
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
        error_messages={"invalid": "Enter the last four digits of the card."},
    )


def approval(label: str) -> forms.RegexField:
    """As terminals print it: mostly six letters and digits, on some fewer or more."""
    return forms.RegexField(
        r"^[A-Za-z0-9]{2,20}$",
        label=label,
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "20"}),
        error_messages={"invalid": "Enter the approval code as the terminal shows it: letters and digits, no spaces."},
    )


@dataclass(frozen=True)
class Known:
    """What the desk knows of a guarantor before it is told anything.

    Amounts in cents: the usual copays by patient, the usual payment for anything else.
    """

    today: dt.date
    current_cents: int = 0
    patients: Iterable[Patient] = ()
    visits: list[Appointment] = field(default_factory=list)
    usual: Mapping[int, int] = field(default_factory=dict)
    due_cents: int = 0
    usual_cents: int | None = None

    @property
    def purpose(self) -> Purpose:
        """What this payment most likely is for: the visit of today, or what is owed."""
        if self.visits or not self.current_cents:
            return Purpose.COPAY if self.patient_id else Purpose.OTHER
        return Purpose.BALANCE

    @property
    def patient_id(self) -> int | None:
        """Who is most likely seen: whose visit is today, or who has a usual copay."""
        ids = [patient.pk for patient in self.patients]
        likely = [*(visit.patient_id for visit in self.visits), *(pk for pk in ids if pk in self.usual), *ids]
        return next((pk for pk in likely if pk in ids), None)

    def find_usual(self, purpose: str, patient_id: int | None) -> int | None:
        """What is usually paid for this, in cents."""
        return self.usual.get(patient_id or 0) if purpose == Purpose.COPAY else self.usual_cents

    @property
    def amounts(self) -> dict[str, Any]:
        """The amount that is proposed for each purpose, as it is typed; of a copay by patient."""
        copays = {str(patient): plain_dollars(cents) for patient, cents in self.usual.items()}
        balance = plain_dollars(self.current_cents) if self.current_cents else ""
        return {Purpose.COPAY.value: copays, Purpose.BALANCE.value: balance, Purpose.OTHER.value: ""}

    @property
    def amount(self) -> str:
        """The amount that is proposed first."""
        proposed = self.amounts[self.purpose.value]
        return proposed if isinstance(proposed, str) else proposed.get(str(self.patient_id), "")

    @property
    def by_patient(self) -> str:
        """The same for the page's script."""
        return json.dumps(self.amounts)


class QuickForm(TypedForm):
    """What it is for, an amount, and how it came. Cleans to `tendered_cents` and `change_cents` of cash."""

    purpose = forms.ChoiceField(
        label="What is it for?", choices=Purpose.choices, required=False, widget=forms.RadioSelect
    )
    patient = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    visit_date = forms.DateField(label="Visit", required=False, widget=DATE_INPUT)
    memo = forms.CharField(
        label="Memo", required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    amount = MoneyField(label="Amount", required=False)
    method = forms.ChoiceField(
        label="Paid by", choices=METHODS, initial=METHODS[0][0], required=False, widget=forms.RadioSelect
    )
    tendered = MoneyField(label="Cash tendered", required=False)
    check_number = number_of_check("Check number")
    card_brand = forms.ChoiceField(label="Card brand", choices=BRAND_CHOICES, required=False)
    card_last4 = last_four("Last four digits")
    card_approval = approval("Approval code")
    # The amount in cents that was asked about and is meant.
    sure_of = forms.IntegerField(required=False, widget=forms.HiddenInput)

    NEEDED = {
        Method.CHECK.value: {"check_number": "Enter the number of the check."},
        Method.CARD.value: {
            "card_brand": "Choose the brand of the card.",
            "card_last4": "Enter the last four digits of the card.",
            "card_approval": "Enter the approval code that the terminal shows.",
        },
    }
    question = ""

    def __init__(self, *args: Any, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        patients: Any = self.fields["patient"]
        patients.choices = [(patient.pk, patient.name) for patient in known.patients]
        self.fields["amount"].widget.attrs["autofocus"] = True
        proposed = {"purpose": known.purpose.value, "patient": known.patient_id, "amount": known.amount}
        for name, value in {**proposed, "visit_date": known.today}.items():
            self.fields[name].initial = value

    def clean_quick(self, data: dict[str, Any]) -> TransactionFacts | None:
        """The tender of the amount; nothing typed about it is dropped unsaid."""
        cents, method = data.get("amount"), data.get("method") or Method.CASH.value
        needed = self.NEEDED.get(method, {})
        for name, words in needed.items():
            if cents and not data.get(name) and name not in self.errors:
                self.add_error(name, words)
        self._check_tendered(data, cents if method == Method.CASH else None)
        if not cents:
            return None
        facts = {name: data.get(name, "") for name in needed}
        facts = {{"card_approval": "approval_code"}.get(name, name): value for name, value in facts.items()}
        return TransactionFacts(number="", method=method, amount_cents=cents, requested_cents=cents, **facts)

    def _check_tendered(self, data: dict[str, Any], cash: int | None) -> None:
        tendered = data.get("tendered")
        data["tendered_cents"] = tendered if cash else None
        data["change_cents"] = tendered - cash if tendered and cash else 0
        if data["change_cents"] < 0:
            self.add_error("tendered", f"This is less than the {format_cents(cash or 0)} to be paid.")

    def check_copay(self, data: dict[str, Any]) -> None:
        """A copay is of somebody, on some day."""
        if data.get("purpose") != Purpose.COPAY:
            return
        if not data.get("patient") and "patient" not in self.errors:
            self.add_error("patient", "Choose the patient whose visit this is for.")
        if not data.get("visit_date") and "visit_date" not in self.errors:
            self.add_error("visit_date", "Enter the day of the visit.")

    def ask_about(self, data: dict[str, Any], cents: int) -> None:
        """Ask once in words about an amount that looks like a slip of the hand."""
        unasked = why_not_unasked(
            cents,
            purpose=data.get("purpose", ""),
            current_cents=self.known.current_cents,
            due_cents=self.known.due_cents,
            usual_cents=self.known.find_usual(data.get("purpose", ""), data.get("patient")),
        )
        if unasked and data.get("sure_of") != cents:
            self.question, self.asked_cents = unasked.words, cents
            self.add_error("sure_of", unasked.words)
