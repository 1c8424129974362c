"""Where money goes: to the oldest balances first, to services that are chosen, or nowhere yet."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms

from pops.core.accounts.models import Guarantor, ServiceLine
from pops.web.backoffice.fields import MoneyField
from pops.web.backoffice.once import SentOnce
from receipts.owed import why_not_as_seen


def cents_by_line(lines: Any) -> dict[int, int]:
    """As it was sent. Raises AttributeError, TypeError, ValueError for anything else."""
    return {int(line): int(cents) for line, cents in lines.items()}


class SeenForm(SentOnce):
    """Sends back what its page showed as owed. Cleans to `seen`."""

    seen = forms.JSONField(required=False, widget=forms.HiddenInput)

    def read_seen(self, seen: Any) -> Any:
        """What was owed on the page. Raises AttributeError, TypeError, ValueError for anything else."""
        return cents_by_line(seen)

    def clean_seen(self) -> Any:
        seen = self.cleaned_data["seen"]
        try:
            return None if seen is None else self.read_seen(seen)
        except (AttributeError, TypeError, ValueError) as error:
            raise forms.ValidationError("The page was not sent as it was shown. Load it again.") from error


class ApplyForm(SeenForm):
    """Beside each open service an amount. Cleans to `parts`, cents by line, and `seen`, what was owed on the page."""

    OLDEST, CHOSEN, ESCROW = "oldest", "chosen", "escrow"

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

    def __init__(self, *args: Any, guarantor: Guarantor, lines: list[ServiceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guarantor, self.lines = guarantor, lines
        for line in lines:
            field = MoneyField(label=f"Amount for {line.service_id}", required=False, max_cents=line.remaining_cents)
            self.fields[f"line_{line.pk}"] = field

    @property
    def owed_now(self) -> str:
        """What the page shows as owed: comes back as `seen`, also when the form is shown again."""
        return json.dumps({line.pk: line.payable_cents for line in self.lines})

    def line_rows(self) -> Iterator[tuple[ServiceLine, forms.BoundField]]:
        """The open lines with their fields."""
        return ((line, self[f"line_{line.pk}"]) for line in self.lines)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if refusal := why_not_as_seen(self.guarantor, data.get("seen")):
            self.add_error(None, refusal.words)
        return data

    def clean_parts(self, data: dict[str, Any], amount: int) -> dict[int, int] | None:
        """Cents by line for services that were chosen, None for the oldest first, none for escrow."""
        parts = {line.pk: cents for line in self.lines if (cents := data.get(f"line_{line.pk}"))}
        if data.get("apply") == self.CHOSEN:
            self._check_chosen(parts, amount)
            return parts
        if parts and data.get("apply"):
            words = "There are amounts beside the services below. Choose those services here, or empty the amounts."
            self.add_error("apply", words)
        return None if data.get("apply") == self.OLDEST else {}

    def _check_chosen(self, parts: dict[int, int], amount: int) -> None:
        if not parts and not self.errors:
            self.add_error("apply", "Enter an amount beside the services that this pays for.")
        if sum(parts.values()) > amount and not self.errors:
            self.add_error("apply", "The amounts beside the services are more than the money you took.")


class EscrowForm(ApplyForm):
    """Apply escrow later: to the oldest balances first, or to chosen services."""

    def __init__(self, *args: Any, escrow_cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.escrow_cents = escrow_cents
        apply: Any = self.fields["apply"]
        apply.choices = apply.choices[:2]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["parts"] = self.clean_parts(data, self.escrow_cents)
        return data
