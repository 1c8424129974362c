"""The form that takes a payment: several tenders."""

from collections.abc import Iterator
from typing import Any

from django import forms

from pops.core.accounts.models import Guarantor
from pops.core.methods import BRANDS, Method
from pops.web.backoffice.desk.apply_form import ApplyForm
from pops.web.backoffice.fields import MAX_CENTS, MoneyField
from receipts.issue import TransactionFacts
from receipts.models import Receipt

BRAND_CHOICES = [("", "Card brand"), *BRANDS.items()]


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


class MoneyForm(forms.Form):
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


class TakePaymentForm(MoneyForm, ApplyForm):
    """Cash, up to two checks, up to two cards, other. Cleans to `tenders` too."""

    # What most payments have no need of is folded away.
    FOLDED = ("check_2", "check_2_number", "card_2", "card_2_brand", "card_2_last4", "card_2_approval", "other")

    cash = MoneyField(label="Cash", required=False)
    check_1 = MoneyField(label="Check", required=False)
    check_1_number = number_of_check("Check number")
    check_2 = MoneyField(label="Second check", required=False)
    check_2_number = number_of_check("Second check's number")
    card_1 = MoneyField(label="Card", required=False)
    card_1_brand = forms.ChoiceField(label="Card brand", choices=BRAND_CHOICES, required=False)
    card_1_last4 = last_four("Last four digits")
    card_1_approval = approval("Approval code")
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
        data["tenders"] = [facts for facts in self._tenders(data) if facts.amount_cents]
        amount = sum(facts.amount_cents for facts in data["tenders"])
        if not self.errors and not amount:
            raise forms.ValidationError("Enter at least one amount.")
        if amount > MAX_CENTS:
            raise forms.ValidationError("This is more than one payment can hold. Look at the amounts again.")
        data["parts"] = self.clean_parts(data, amount)
        return data

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
