"""The form that takes a payment: one amount by one method, or several tenders at once."""

from collections.abc import Iterator
from typing import Any

from django import forms

from pops.core.accounts.models import Guarantor
from pops.core.methods import Method
from pops.web.backoffice.desk.payments.apply_form import ApplyForm
from pops.web.backoffice.desk.payments.quick_form import BRAND_CHOICES, QuickForm, approval, last_four, number_of_check
from pops.web.backoffice.fields import MAX_CENTS, MoneyField
from pops.web.typed import TypedForm
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.questions import Purpose


class MoneyForm(TypedForm):
    """What is asked whenever money is taken: how it came, and, where it looks like money taken before, why."""

    channel = forms.ChoiceField(
        label="How it came",
        choices=[(Receipt.Channel.OFFICE.value, "In the office"), (Receipt.Channel.MAIL.value, "By mail")],
        initial=Receipt.Channel.OFFICE.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how the money came."},
    )
    second_reason = forms.CharField(
        label="Why is there a second payment?", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    # Ticked when a check is right whose number was taken before; shown once that is asked.
    knows_check = forms.BooleanField(label="The number of the check is right", required=False)


class TakePaymentForm(QuickForm, MoneyForm, ApplyForm):
    """One amount; or cash, up to two checks, up to two cards and other at once. Cleans to `tenders` too."""

    # Several ways at once are folded away.
    FOLDED = (
        "cash", "check_1", "check_1_number", "check_2", "check_2_number", "card_1", "card_1_brand", "card_1_last4",
        "card_1_approval", "card_2", "card_2_brand", "card_2_last4", "card_2_approval", "other",
    )  # fmt: skip

    cash = MoneyField(label="Cash", required=False)
    check_1 = MoneyField(label="First check", required=False)
    check_1_number = number_of_check("First check's number")
    check_2 = MoneyField(label="Second check", required=False)
    check_2_number = number_of_check("Second check's number")
    card_1 = MoneyField(label="First card", required=False)
    card_1_brand = forms.ChoiceField(label="First card's brand", choices=BRAND_CHOICES, required=False)
    card_1_last4 = last_four("First card's last four digits")
    card_1_approval = approval("First card's approval code")
    card_2 = MoneyField(label="Second card", required=False)
    card_2_brand = forms.ChoiceField(label="Second card's brand", choices=BRAND_CHOICES, required=False)
    card_2_last4 = last_four("Second card's last four digits")
    card_2_approval = approval("Second card's approval code")
    other = MoneyField(label="Other", required=False)
    email = forms.BooleanField(label="Email the receipt", required=False)

    def __init__(self, *args: Any, guarantor: Guarantor, **kwargs: Any) -> None:
        super().__init__(*args, guarantor=guarantor, **kwargs)
        self.fields["email"].initial = guarantor.group.email_receipts and bool(guarantor.email)

    def uses_more(self) -> bool:
        """Whether something is typed into what is folded away."""
        return any(self[name].value() for name in self.FOLDED)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        several, quick = [facts for facts in self._tenders(data) if facts.amount_cents], self.clean_quick(data)
        if quick and several:
            self.add_error("amount", "Enter the amount here, or the several ways below: not both.")
        data["tenders"] = [quick] if quick else several
        amount = sum(facts.amount_cents for facts in data["tenders"])
        if not self.errors and not amount:
            raise forms.ValidationError("Enter at least one amount.")
        if amount > MAX_CENTS:
            raise forms.ValidationError("This is more than one payment can hold. Look at the amounts again.")
        self.check_copay(data)
        data["parts"] = self._clean_purpose(data, amount)
        if not self.errors:
            self.ask_about(data, amount)
        return data

    def _clean_purpose(self, data: dict[str, Any], amount: int) -> dict[int, int] | None:
        """Where it goes: only what is for the balance is applied to services now."""
        if data.get("purpose") not in (Purpose.COPAY, Purpose.OTHER):
            return self.clean_parts(data, amount)
        if any(data.get(f"line_{line.pk}") for line in self.lines):
            self.add_error(
                "purpose", "There are amounts beside the services below. Choose Balance, or empty the amounts."
            )
        return {}

    def _tenders(self, data: dict[str, Any]) -> Iterator[TransactionFacts]:
        yield self._facts(Method.CASH, data.get("cash"))
        for number in (1, 2):
            cents, check = data.get(f"check_{number}"), data.get(f"check_{number}_number", "")
            if cents and not check:
                self.add_error(f"check_{number}_number", "Enter the number of the check.")
            if check and not cents:
                self._ask_amount(f"check_{number}", "Enter the amount of this check, or empty its number.")
            yield self._facts(Method.CHECK, cents, check_number=check)
        for number in (1, 2):
            yield self._card(data, f"card_{number}")
        yield self._facts(Method.OTHER, data.get("other"))

    def _card(self, data: dict[str, Any], card: str) -> TransactionFacts:
        cents, brand = data.get(card), data.get(f"{card}_brand", "")
        last4, code = data.get(f"{card}_last4", ""), data.get(f"{card}_approval", "")
        needed = {
            f"{card}_brand": "Choose the brand of the card.",
            f"{card}_last4": "Enter the last four digits of the card.",
            f"{card}_approval": "Enter the approval code that the terminal shows.",
        }
        for name, words in needed.items():
            if cents and not data.get(name) and name not in self.errors:
                self.add_error(name, words)
        if not cents and any(data.get(name) or name in self.errors for name in needed):
            self._ask_amount(card, "Enter the amount of this card, or empty what is typed about it.")
        return self._facts(Method.CARD, cents, card_brand=brand, card_last4=last4, approval_code=code)

    def _ask_amount(self, name: str, words: str) -> None:
        """Nothing that was typed is dropped unsaid."""
        if name not in self.errors:
            self.add_error(name, words)

    @staticmethod
    def _facts(method: Method, cents: int | None, **more: Any) -> TransactionFacts:
        return TransactionFacts(
            number="", method=method.value, amount_cents=cents or 0, requested_cents=cents or 0, **more
        )
