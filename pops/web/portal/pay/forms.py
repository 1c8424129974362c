"""Choosing what to pay."""

import uuid
from typing import Any

from django import forms

from pops.core.accounts.models import Guarantor
from pops.core.money import InvalidAmount, format_cents, parse_cents
from receipts.owed import Balances

# Stripe's limits for US dollars.
MIN_CENTS = 50
MAX_CENTS = 99_999_999


class AmountForm(forms.Form):
    """Current Balance, Amount Due or another amount. Cleans to `amount_cents`."""

    CURRENT, DUE, OTHER = "current", "due", "other"

    payment_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    choice = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how much you want to pay.",
            "invalid_choice": "Your balance has changed. Choose one of these amounts.",
        },
    )
    other_amount = forms.CharField(
        label="Amount in dollars",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, guarantor: Guarantor, balances: Balances, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_overpay = guarantor.group.allow_overpayment
        self.balance_cents = balances.current_cents
        self.amounts = {self.CURRENT: balances.current_cents}
        # A second choice only where it is a different amount.
        if balances.amount_due_cents < balances.current_cents:
            self.amounts[self.DUE] = balances.amount_due_cents
        # What Stripe would refuse is not offered.
        self.amounts = {key: cents for key, cents in self.amounts.items() if MIN_CENTS <= cents <= MAX_CENTS}
        labels = {self.CURRENT: "Current Balance", self.DUE: "Amount Due"}
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            *((key, f"{labels[key]} {format_cents(cents)}") for key, cents in self.amounts.items()),
            (self.OTHER, "Other amount"),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choice = data.get("choice")
        if choice == self.OTHER:
            data["amount_cents"] = self._clean_other(data.get("other_amount", ""))
        elif choice:
            data["amount_cents"] = self.amounts[choice]
        return data

    def _clean_other(self, text: str) -> int | None:
        try:
            cents = parse_cents(text)
        except InvalidAmount:
            self.add_error("other_amount", "Enter an amount in dollars and cents, for example 25.00.")
            return None
        error = self._find_error(cents)
        if error:
            self.add_error("other_amount", error)
        return cents

    def _find_error(self, cents: int) -> str:
        if cents < MIN_CENTS:
            return f"Enter {format_cents(MIN_CENTS)} or more."
        if cents > MAX_CENTS:
            return f"The most that can be paid online at once is {format_cents(MAX_CENTS)}."
        if cents > self.balance_cents and not self.may_overpay:
            return f"Enter {format_cents(self.balance_cents)} or less: that is your Current Balance."
        return ""
