"""Choosing what to pay."""

import uuid
from typing import Any

from django import forms

from payments.gateway.intents import MAX_CENTS, MIN_CENTS
from payments.models import Payment
from pops.core.accounts.models import Guarantor
from pops.core.money import InvalidAmount, format_cents, parse_cents, plain_dollars
from pops.web.portal.pay.questions import Question, find_question, find_question_of_payment
from pops.web.typed import TypedForm
from receipts.visible import Visible


class AmountForm(TypedForm):
    """Current Balance, Amount Due or another amount. Cleans to `amount_cents`.

    Nothing is started for an amount that its page didn't show, nor for one that `question` asks about, until the
    button is pressed on the page that says so.
    """

    CURRENT, DUE, OTHER = "current", "due", "other"
    LABELS = {CURRENT: "Current Balance", DUE: "Amount Due"}

    payment_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    shown = forms.RegexField(r"^-?\d{1,18} -?\d{1,18}$", required=False)  # the balances on the page, in cents
    agreed = forms.CharField(required=False, max_length=200)  # the questions that the page asked
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

    def __init__(
        self,
        *args: Any,
        guarantor: Guarantor,
        visible: Visible,
        before: str = "",
        taken: Payment | None = None,
        **kwargs: Any,
    ) -> None:
        """What is shown is what is offered: `visible`. `before` is the amount of a payment that came to nothing, in
        dollars: nobody should type it again. `taken` is one that is being paid meanwhile.
        """
        super().__init__(*args, **kwargs)
        self.question: Question | None = None
        self.agreed_now, self.taken = "", taken
        self.may_overpay = guarantor.group.allow_overpayment
        self.balance_cents, self.balance_label = visible.owed_cents, visible.owed_label
        self.balances = {self.CURRENT: visible.current_cents, self.DUE: visible.amount_due_cents}
        self.main = self.DUE if visible.current_cents is None else self.CURRENT
        self.amounts = self._find_amounts()
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            *((key, f"{self.LABELS[key]} {format_cents(cents)}") for key, cents in self.amounts.items()),
            (self.OTHER, "Other amount"),
        ]
        self.initial = {**self.initial, **self._choose_again(before)}

    def _find_amounts(self) -> dict[str, int]:
        """A second choice only where it is a different amount, and nothing that Stripe would refuse."""
        amounts = {key: cents for key, cents in self.balances.items() if cents is not None}
        if self.main == self.CURRENT and amounts[self.DUE] >= amounts[self.CURRENT]:
            del amounts[self.DUE]
        return {key: cents for key, cents in amounts.items() if MIN_CENTS <= cents <= MAX_CENTS}

    def _choose_again(self, before: str) -> dict[str, str]:
        try:
            cents = parse_cents(before)
        except InvalidAmount:
            return {}
        choice = next((key for key, amount in self.amounts.items() if amount == cents), self.OTHER)
        return {"choice": choice, "other_amount": plain_dollars(cents) if choice == self.OTHER else ""}

    @property
    def is_too_small(self) -> bool:
        """Something is owed, and it is less than a card can take."""
        return 0 < self.balance_cents < MIN_CENTS

    @property
    def can_pay(self) -> bool:
        """Whether there is any amount that can be paid here."""
        return self.may_overpay or self.balance_cents >= MIN_CENTS

    @property
    def min_cents(self) -> int:
        """The least that a card can take."""
        return MIN_CENTS

    @property
    def balances_now(self) -> str:
        """What the page shows, as it comes back in `shown`."""
        return f"{self.balance_cents} {self.balances[self.DUE]}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choice = data.get("choice")
        if choice == self.OTHER:
            data["amount_cents"] = self._clean_other(data.get("other_amount", ""))
        elif choice:
            data["amount_cents"] = self.amounts[choice]
        if not self.errors:
            self._ask(data, choice or "")
        return data

    def find_repeated(self, guarantor: Guarantor) -> Payment | None:
        """The settled attempt that this form started when it was sent before: the balances of then are no more."""
        data = getattr(self, "cleaned_data", {})
        if "payment_id" not in data:
            return None
        payment = guarantor.payments.filter(pk=data["payment_id"]).exclude(state=Payment.State.STARTED).first()
        is_same = payment and (data.get("choice") != self.OTHER or data.get("amount_cents") == payment.amount_cents)
        return payment if is_same else None

    def _ask(self, data: dict[str, Any], choice: str) -> None:
        question = self._find_change(data["shown"], choice) or self._find_unanswered(data)
        if question:
            self.question = question
            self.add_error(None, question.words)

    def _find_unanswered(self, data: dict[str, Any]) -> Question | None:
        """One at a time, and what was agreed to stays agreed to."""
        about = find_question(cents=data["amount_cents"], balance_cents=self.balance_cents, label=self.balance_label)
        asked = [question for question in (find_question_of_payment(self.taken), about) if question]
        agreed = data["agreed"].split()
        unanswered = next((question for question in asked if question.key not in agreed), None)
        self.agreed_now = " ".join(q.key for q in asked if q.key in agreed or q is unanswered)
        return unanswered

    def _find_change(self, shown: str, choice: str) -> Question | None:
        """What became of the balance that was chosen, or that another amount was chosen beside, under the page."""
        key = self.main if choice == self.OTHER else choice
        cents = dict(zip((self.CURRENT, self.DUE), map(int, shown.split()), strict=False)).get(key)
        now = self.balances[key] or 0
        if cents == now:
            return None
        before = "" if cents is None else f" It was {format_cents(cents)} when you opened this page."
        words = f"Your {self.LABELS[key]} is {format_cents(now)} now.{before} Nothing was charged."
        return Question("", "Your balance has changed", f"{words} Look at the amounts and continue.")

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
        if not self.can_pay:
            return f"A card can't take less than {format_cents(MIN_CENTS)}."
        if cents < MIN_CENTS:
            return f"Enter {format_cents(MIN_CENTS)} or more."
        if cents > MAX_CENTS:
            return f"The most that can be paid online at once is {format_cents(MAX_CENTS)}."
        if cents > self.balance_cents and not self.may_overpay:
            return f"Enter {format_cents(self.balance_cents)} or less: that is your {self.balance_label}."
        return ""


class TokenForm(TypedForm):
    """What Stripe made of the card form, and the words beside the box when it was ticked."""

    token = forms.RegexField(r"^ctoken_\w{1,100}$")
    keep_words = forms.CharField(required=False, max_length=2000)


class StoredCardForm(TypedForm):
    """A stored card, and Stripe's token of its security code where that is asked for."""

    card = forms.UUIDField()
    code_token = forms.RegexField(r"^cvctok_\w{1,100}$", required=False)


class RestForm(TypedForm):
    """The button that pays what was not taken: the id makes a double click one attempt."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
