"""One check that pays for several accounts: a family's."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404
from django.urls import reverse

from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.models import Guarantor
from pops.core.accounts.search import find_guarantors
from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import receipt_page
from pops.web.backoffice.desk.payments.apply_form import ApplyForm, SeenForm, cents_by_line
from pops.web.backoffice.desk.payments.form import MoneyForm
from pops.web.backoffice.desk.payments.quick_form import number_of_check
from pops.web.backoffice.desk.payments.taking import FOUND_LIMIT, TakesMoney
from pops.web.backoffice.fields import MoneyField
from receipts.balances import find_usual_payment
from receipts.owed import find_payable_lines, get_balances, why_not_as_seen
from receipts.questions import Purpose, why_not_unasked
from receipts.taking import Taking, take_shared_check

MOST_ACCOUNTS = 20


class SharedCheckForm(MoneyForm, SeenForm):
    """A check and what each account gets of it. Cleans to `shares`, cents by guarantor."""

    check_number = number_of_check("Check number")
    check_cents = MoneyField(label="Check amount")
    apply = forms.ChoiceField(
        label="Apply each share to",
        choices=[
            (ApplyForm.OLDEST, "The oldest balances first"),
            (ApplyForm.ESCROW, "Nothing yet: keep it in escrow"),
        ],
        initial=ApplyForm.OLDEST,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the money is for."},
    )
    email = forms.BooleanField(label="Email the receipts", required=False, initial=True)
    # The shares that were asked about and are meant.
    sure_of = forms.CharField(required=False, widget=forms.HiddenInput)

    question: Sequence[str] = ()

    def __init__(self, *args: Any, guarantors: list[Guarantor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guarantors = guarantors
        self.fields["check_number"].required = True
        self.fields["check_number"].error_messages["required"] = "Enter the number of the check."
        for guarantor in guarantors:
            self.fields[f"share_{guarantor.pk}"] = MoneyField(
                label=f"Share of {guarantor.name}", error_messages={"required": "Enter the share of this account."}
            )

    @cached_property
    def owed_now(self) -> str:
        """What the page shows as owed, by guarantor and line: comes back as `seen`."""
        return json.dumps({who.pk: {line.pk: line.payable_cents for line in lines} for who, lines in self._owed})

    @cached_property
    def _owed(self) -> list[tuple[Guarantor, Any]]:
        return [(guarantor, find_payable_lines(guarantor)) for guarantor in self.guarantors]

    def share_rows(self) -> Iterator[tuple[Guarantor, int, forms.BoundField, str]]:
        """Each account with its Current Balance in cents, its field, and the address without it."""
        for guarantor in self.guarantors:
            others = address([other for other in self.guarantors if other != guarantor])
            yield guarantor, get_balances(guarantor).current_cents, self[f"share_{guarantor.pk}"], others

    def read_seen(self, seen: Any) -> dict[int, dict[int, int]]:
        return {int(who): cents_by_line(lines) for who, lines in seen.items()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["shares"] = {guarantor.pk: data.get(f"share_{guarantor.pk}") or 0 for guarantor in self.guarantors}
        shared, check = sum(data["shares"].values()), data.get("check_cents")
        if not self.errors and shared != check:
            words = f"The shares add up to {format_cents(shared)}, the check is over {format_cents(check or 0)}."
            self.add_error("check_cents", words)
        if not self.errors and len(self.guarantors) > 1 and self._is_as_seen(data):
            self.ask_about(data)
        return data

    def _is_as_seen(self, data: dict[str, Any]) -> bool:
        """Whether nothing is owed otherwise than the page said: else that is what has to be looked at."""
        seen = data.get("seen")
        return seen is None or not any(why_not_as_seen(who, seen.get(who.pk, {})) for who in self.guarantors)

    def ask_about(self, data: dict[str, Any]) -> None:
        """Ask once, of all shares, about those that look like a slip of the hand."""
        purpose = Purpose.OTHER if data.get("apply") == ApplyForm.ESCROW else Purpose.BALANCE
        unasked = [(who, _why_not_unasked(who, data["shares"][who.pk], purpose)) for who in self.guarantors]
        self.asked_shares = ",".join(f"{pk}:{cents}" for pk, cents in data["shares"].items())
        asked = [f"{who.name}: {refusal.words}" for who, refusal in unasked if refusal]
        if asked and data.get("sure_of") != self.asked_shares:
            self.question = asked
            self.add_error("sure_of", " ".join(asked))


def _why_not_unasked(guarantor: Guarantor, cents: int, purpose: Purpose) -> Refused | None:
    balances = get_balances(guarantor)
    return why_not_unasked(
        cents,
        purpose=purpose,
        current_cents=balances.current_cents,
        due_cents=balances.amount_due_cents,
        usual_cents=find_usual_payment(guarantor),
    )


def address(guarantors: list[Guarantor]) -> str:
    """The page with these accounts chosen."""
    return f"{reverse('backoffice:shared_check')}?{urlencode([('g', guarantor.pk) for guarantor in guarantors])}"


class SharedCheck(TakesMoney):
    """Choose the accounts, then enter the check once and what each gets of it."""

    template_name = "backoffice/shared_check.html"
    title = "One check for several accounts"
    form_class = SharedCheckForm

    def payers(self) -> list[Guarantor]:
        return self.guarantors

    @cached_property
    def guarantors(self) -> list[Guarantor]:
        """Those chosen, in the order of their choice; 404 with one that isn't there."""
        wanted = list(dict.fromkeys(self.request.GET.getlist("g")))[:MOST_ACCOUNTS]
        if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in wanted):
            raise Http404
        found = Guarantor.objects.in_bulk([int(text) for text in wanted])
        if len(found) < len(wanted):
            raise Http404
        return [found[int(text)] for text in wanted]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "guarantors": self.guarantors}

    def do(self, form: SharedCheckForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = take_shared_check(
            number=data["check_number"],
            shares=data["shares"],
            is_escrow=data["apply"] == ApplyForm.ESCROW,
            taking=Taking(**self.facts(data)),
            seen=data["seen"],
        )
        listed = ", ".join(str(receipt) for receipt in made)
        return receipt_page(made[0]), f"Receipts {listed} were issued over check {data['check_number']}."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:100]
        sees = sees_confidential(self.request.user)
        people = find_guarantors(text, limit=FOUND_LIMIT, sees_confidential=sees)
        found = [who for who in people if who not in self.guarantors]
        return super().get_context_data(
            guarantors=self.guarantors,
            q=text,
            found=[(who, address([*self.guarantors, who])) for who in found],
            **context,
        )
