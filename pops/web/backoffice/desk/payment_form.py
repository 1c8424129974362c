"""The form that takes a payment: several tenders, and where the money goes."""

from collections.abc import Iterator
from typing import Any

from django import forms

from pops.core.accounts.models import Guarantor, ServiceLine
from pops.core.methods import BRANDS, Method
from pops.web.backoffice.fields import MAX_CENTS, MoneyField
from pops.web.backoffice.once import SentOnce
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


class TakePaymentForm(SentOnce):
    """Cash, up to two checks, up to two cards, other. Cleans to `tenders` and `parts`."""

    OLDEST, CHOSEN, ESCROW = "oldest", "chosen", "escrow"
    # What most payments have no need of is folded away.
    FOLDED = ("check_2", "check_2_number", "card_2", "card_2_last4", "card_2_approval", "other")

    channel = forms.ChoiceField(
        label="How it came",
        choices=[(Receipt.Channel.OFFICE.value, "In the office"), (Receipt.Channel.MAIL.value, "By mail")],
        initial=Receipt.Channel.OFFICE.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how the money came."},
    )
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
    apply = forms.ChoiceField(
        label="Apply it to",
        choices=[
            (OLDEST, "The oldest balances first"),
            (CHOSEN, "The services I choose below"),
            (ESCROW, "Nothing yet: keep it in escrow"),
        ],
        initial=OLDEST,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the money is for."},
    )
    email = forms.BooleanField(label="Email the receipt", required=False)
    second_reason = forms.CharField(
        label="Why is there a second payment?", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, guarantor: Guarantor, lines: list[ServiceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].initial = guarantor.group.email_receipts and bool(guarantor.email)
        self.lines = lines
        for line in lines:
            field = MoneyField(label=f"Amount for {line.service_id}", required=False, max_cents=line.remaining_cents)
            self.fields[f"line_{line.pk}"] = field

    def uses_more(self) -> bool:
        """Whether something is typed into what is folded away."""
        return any(self[name].value() for name in self.FOLDED)

    def line_rows(self) -> Iterator[tuple[ServiceLine, forms.BoundField]]:
        """The open lines with their fields."""
        return ((line, self[f"line_{line.pk}"]) for line in self.lines)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["tenders"] = [facts for facts in self._tenders(data) if facts.amount_cents]
        amount = sum(facts.amount_cents for facts in data["tenders"])
        if not self.errors and not amount:
            raise forms.ValidationError("Enter at least one amount.")
        if amount > MAX_CENTS:
            raise forms.ValidationError("This is more than one payment can hold. Look at the amounts again.")
        data["parts"] = self._parts(data, amount)
        return data

    def _tenders(self, data: dict[str, Any]) -> Iterator[TransactionFacts]:
        yield self._facts(Method.CASH, data.get("cash"))
        for number in (1, 2):
            cents, check = data.get(f"check_{number}"), data.get(f"check_{number}_number", "")
            if cents and not check:
                self.add_error(f"check_{number}_number", "Enter the number of the check.")
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
        return self._facts(Method.CARD, cents, card_brand=brand, card_last4=last4, approval_code=code)

    @staticmethod
    def _facts(method: Method, cents: int | None, **more: str) -> TransactionFacts:
        return TransactionFacts(
            number="", method=method.value, amount_cents=cents or 0, requested_cents=cents or 0, **more
        )

    def _parts(self, data: dict[str, Any], amount: int) -> dict[int, int] | None:
        if data.get("apply") == self.OLDEST:
            return None
        if data.get("apply") != self.CHOSEN:
            return {}
        parts = {line.pk: cents for line in self.lines if (cents := data.get(f"line_{line.pk}"))}
        if not parts and not self.errors:
            self.add_error("apply", "Enter an amount beside the services that this pays for.")
        if sum(parts.values()) > amount and not self.errors:
            self.add_error("apply", "The amounts beside the services are more than the money you took.")
        return parts


class EscrowForm(TakePaymentForm):
    """Apply escrow later: to the oldest balances first, or to chosen services. Cleans to `parts`."""

    def __init__(self, *args: Any, escrow_cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.escrow_cents = escrow_cents
        for name in [name for name in self.fields if name not in ("apply", "form_id") and not name.startswith("line_")]:
            del self.fields[name]
        apply: Any = self.fields["apply"]
        apply.choices = apply.choices[:2]

    def clean(self) -> dict[str, Any]:
        data = forms.Form.clean(self) or {}
        data["parts"] = self._parts(data, self.escrow_cents)
        return data
