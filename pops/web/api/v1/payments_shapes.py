"""What is said of a payment that was taken elsewhere, and what is answered."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import RegexValidator

from payments.selectors import Payer, find_payer
from pops.core.accounts.confidential import without_hidden
from pops.core.accounts.models import Patient, ServiceLine
from pops.core.methods import BRANDS, Method
from pops.web.api.fields import CentsField, Choice, CurrencyField, Flag, LocalDateField, Shape, Text, several
from pops.web.api.v1.receipts_shapes import ReceiptShape
from receipts.issue import TransactionFacts
from receipts.models import Receipt

# As at the desk: more is a slip, not money.
MOST_TAKEN = 99_999_999
MOST_TENDERS = 20
MOST_POSTINGS = 500
BY_HAND = [Method.CASH.value, Method.CHECK.value, Method.CARD.value, Method.OTHER.value]
BY_MAIL_OR_OFFICE = [Receipt.Channel.MAIL.value, Receipt.Channel.OFFICE.value]
# What has to be said of a tender, and of which alone it can be said.
NEEDED = {
    Method.CASH.value: (),
    Method.CHECK.value: ("check_number",),
    Method.CARD.value: ("card_brand", "card_last4", "approval_code"),
    Method.OTHER.value: (),
}


def pattern(letters: str, **facts: Any) -> Text:
    """A text of these letters alone."""
    return Text(validators=[RegexValidator(letters)], **facts)


class TenderShape(Shape):
    """One way in which a part of the money came."""

    default_error_messages = {
        "needed": "This is needed for this method.",
        "unfit": "This is of another method.",
        "less": "This is less than the amount.",
    }

    method = Choice(BY_HAND, help_text="A card's money was taken on a terminal: nothing is charged here.")
    amount_cents = CentsField(min_value=1, max_value=MOST_TAKEN)
    tendered_cents = CentsField(
        required=False, max_value=MOST_TAKEN, help_text="Cash: what was handed over. The receipt tells the change."
    )
    check_number = Text(max_length=30, required=False)
    card_brand = Choice(list(BRANDS), required=False)
    card_last4 = pattern("^[0-9]{4}$", required=False, help_text="Never more of a card's number.")
    approval_code = pattern("^[A-Za-z0-9]{2,20}$", required=False, help_text="Of the card terminal.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """With what its method needs, and nothing of another one."""
        needed = NEEDED[data["method"]]
        known = {*needed, "method", "amount_cents", *(["tendered_cents"] if data["method"] == Method.CASH else [])}
        wrong = {name: "needed" for name in needed if name not in data} | {
            name: "unfit" for name in data if name not in known
        }
        if data.get("tendered_cents", data["amount_cents"]) < data["amount_cents"]:
            wrong["tendered_cents"] = "less"
        if wrong:
            self.refuse(**wrong)
        return data


class PartShape(Shape):
    """How much goes to which service."""

    service_id = pattern("^[0-9]{1,18}-[0-9]{1,5}$", help_text="Visit and line: 67563-4.")
    amount_cents = CentsField(min_value=1, max_value=MOST_TAKEN)


class CopayShape(Shape):
    """The visit that the money is the copay for: it waits for that visit's charge."""

    patient_number = Text(max_length=40)
    visit_date = LocalDateField()
    memo = Text(required=False, default="", allow_blank=True, max_length=200)


class PaymentShape(Shape):
    """Money taken elsewhere: who paid, how, and what it is for."""

    OLDEST, CHOSEN, ESCROW = "oldest", "chosen", "escrow"
    default_error_messages = {
        "no_guarantor": "There is no account of this number.",
        "too_much": "This is more than one payment can hold. Look at the amounts again.",
        "no_service": "There is no such service.",
        "twice": "This service is named twice.",
        "no_patient": "There is no such patient on this account.",
        "not_chosen": 'Services are named when `apply` is "chosen", and only then.',
        "copay_only": "A copay goes to its visit alone: leave `apply` out.",
    }

    account_number = Text(max_length=20, help_text="Of who pays.")
    channel = Choice(BY_MAIL_OR_OFFICE)
    currency = CurrencyField()
    tenders = several(TenderShape, most=MOST_TENDERS, allow_empty=False)
    apply = Choice([OLDEST, CHOSEN, ESCROW], required=False, help_text="oldest unless told otherwise.")
    postings = several(PartShape, most=MOST_POSTINGS, required=False)
    copay = CopayShape(required=False)
    memo = Text(required=False, default="", allow_blank=True, max_length=200, help_text="What it is for. It is kept.")
    email_receipt = Flag(default=True, help_text="Where the guarantor's group mails receipts.")
    second_reason = Text(
        required=False, default="", allow_blank=True, help_text="Why there is a second payment within fifteen minutes."
    )
    knows_check = Flag(default=False, help_text="The number of the check is right, though it was taken before.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """With the payer, and `parts` as take_payment() takes them."""
        view = self.context["view"]
        payer = find_payer(data["account_number"], now=view.now, by=view.user)
        if payer is None:
            self.refuse(account_number="no_guarantor")
        if sum(tender["amount_cents"] for tender in data["tenders"]) > MOST_TAKEN:
            self.refuse(tenders="too_much")
        return {**data, "payer": payer, "parts": self._read_parts(data), **self._read_copay(data, payer)}

    def _read_parts(self, data: dict[str, Any]) -> dict[int, int] | None:
        """Cents by line for services that were chosen, None for the oldest first, none for escrow."""
        apply, parts = data.get("apply"), data.get("postings", [])
        if "copay" in data and (apply or parts):
            self.refuse(apply="copay_only")
        if bool(parts) != (apply == self.CHOSEN):
            self.refuse(postings="not_chosen")
        if parts:
            return self._find_lines({part["service_id"]: part["amount_cents"] for part in parts}, len(parts))
        return {} if apply == self.ESCROW else None

    def _find_lines(self, cents: Mapping[str, int], count: int) -> dict[int, int]:
        if len(cents) < count:
            self.refuse(postings="twice")
        numbers = {service_id.partition("-")[0] for service_id in cents}
        lines = ServiceLine.objects.filter(encounter__number__in=numbers).select_related("encounter")
        found = {line.service_id: line.pk for line in lines}
        if not cents.keys() <= found.keys():
            self.refuse(postings="no_service")
        return {found[service_id]: amount for service_id, amount in cents.items()}

    def _read_copay(self, data: dict[str, Any], payer: Payer) -> dict[str, Any]:
        if "copay" not in data:
            return {}
        asked = {"guarantor": payer.guarantor_id, "number": data["copay"]["patient_number"], "is_retired": False}
        patients = Patient.objects.filter(**asked)
        shown: Any = patients if self.context["view"].sees_confidential else without_hidden(patients)
        patient: Patient | None = shown.first()
        if patient is None:
            self.refuse(copay="no_patient")
        return {"copay": {"patient": patient, "visit_date": data["copay"]["visit_date"], "memo": data["copay"]["memo"]}}


def make_facts(tenders: list[dict[str, Any]]) -> list[TransactionFacts]:
    """Tenders as they are put on a receipt."""
    more = ("check_number", "card_brand", "card_last4", "approval_code")
    return [
        TransactionFacts(
            number="",
            method=tender["method"],
            amount_cents=tender["amount_cents"],
            requested_cents=tender["amount_cents"],
            **{name: tender[name] for name in more if name in tender},
        )
        for tender in tenders
    ]


def count_tendered(tenders: list[dict[str, Any]]) -> int | None:
    """The cash that was handed over, in cents; None where nobody said."""
    cash = [tender for tender in tenders if tender["method"] == Method.CASH]
    if not any("tendered_cents" in tender for tender in cash):
        return None
    return sum(tender.get("tendered_cents", tender["amount_cents"]) for tender in cash)


def count_change(tenders: list[dict[str, Any]]) -> int:
    """What is given back of the cash that was handed over, in cents."""
    return sum(tender.get("tendered_cents", tender["amount_cents"]) - tender["amount_cents"] for tender in tenders)


class OpenAttemptShape(Shape):
    """An online payment of the guarantor that was open when the money was taken. It is closed, where it can be."""

    amount_cents = CentsField()
    is_processing = Flag(help_text="A bank is at work on it: when it is paid too, its receipt comes in by itself.")


class TakenShape(ReceiptShape):
    """The receipt that was issued."""

    change_cents = CentsField(help_text="Of the cash that was handed over.")
    open_online = OpenAttemptShape(many=True)
