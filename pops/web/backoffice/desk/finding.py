"""Find-as-you-type: people and receipts, by whatever of them is known. Each kind for who may see it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode

from batches.blind import find_hidden
from pops.core.access.models import User
from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.models import Guarantor
from pops.core.accounts.search import find_guarantors
from pops.core.money import format_cents
from pops.core.words import day, shown
from pops.web.backoffice.desk.action import DeskPage, receipt_page
from pops.web.sign_in.limits import Door, count
from receipts.finding import find_receipts
from receipts.models import Receipt
from receipts.wording import STANDINGS

# One letter finds half of the practice.
SHORTEST = 2
PEOPLE, RECEIPTS = 8, 8
# Somebody who types fast, all of the day, with several windows.
FINDING = Door("finding", anywhere="300/m/key")

Found = dict[str, Any]

# The pages of the menu and those that a clerk's day leads to: the right, what it is called, where it is.
PAGES = [
    ("batches.close_batch", "Close the day", "backoffice:close_day"),
    ("batches.open_batch", "My batch", "backoffice:my_batch"),
    ("receipts.take_payment", "Take a payment", "backoffice:find"),
    ("receipts.take_payment", "One check for several accounts", "backoffice:shared_check"),
    ("backoffice.answer_inbox", "Inbox", "backoffice:inbox"),
    ("batches.view_referencebatch", "Batches", "admin:batches_referencebatch_changelist"),
    ("receipts.view_receipt", "Receipts", "admin:receipts_receipt_changelist"),
    ("receipts.view_receipt", "Unapplied money by age", "backoffice:unapplied"),
    ("batches.lock_period", "Month-end lock", "backoffice:period"),
]


def find_all(user: User | AnonymousUser, text: str) -> list[Found]:
    """Groups of what a member of staff finds by a text, each with its rows: label, detail and where it leads."""
    if len(text) < SHORTEST:
        return []
    groups = [
        ("People", _find_people(user, text)),
        ("Receipts", _find_receipts(user, text)),
        ("Pages", _find_pages(user, text)),
        ("Nobody of them?", _offer_new(user, text)),
    ]
    return [{"label": label, "rows": rows} for label, rows in groups if rows]


def _find_people(user: User | AnonymousUser, text: str) -> list[Found]:
    if text.startswith("$"):
        return []
    takes = user.has_perm("receipts.take_payment")
    found = find_guarantors(text, limit=PEOPLE, sees_confidential=sees_confidential(user))
    return [_tell_guarantor(guarantor, takes=takes) for guarantor in found]


def _tell_guarantor(guarantor: Guarantor, *, takes: bool) -> Found:
    account = reverse("backoffice:account", args=[guarantor.pk])
    patients = ", ".join(patient.name for patient in guarantor.patients.all())
    facts = [guarantor.account_number, guarantor.phone, patients]
    return {
        "label": shown(guarantor.name),
        "detail": " · ".join(shown(fact) for fact in facts if fact),
        "url": reverse("backoffice:take", args=[guarantor.pk]) if takes else account,
        "other": account,
    }


def _find_receipts(user: User | AnonymousUser, text: str) -> list[Found]:
    if not user.has_perm("receipts.view_receipt"):
        return []
    hidden = find_hidden(user)
    found = find_receipts(text, limit=RECEIPTS, hidden_batches=hidden)
    return [_tell_receipt(receipt, is_blind=receipt.batch_id in hidden) for receipt in found]


def _tell_receipt(receipt: Receipt, *, is_blind: bool) -> Found:
    """A receipt; without its amount for who is still to count its batch."""
    ways = dict.fromkeys(row.paid_with for row in receipt.transactions.all())
    amount = [] if is_blind else [format_cents(receipt.amount_cents)]
    facts = [*amount, ", ".join(ways), receipt.guarantor_name, day(receipt.received_on)]
    page = receipt_page(receipt.pk)
    return {
        "label": f"Receipt {receipt.pk}",
        "detail": " · ".join([STANDINGS[receipt.standing].verdict, *(shown(fact) for fact in facts)]),
        "url": page,
        "other": page,
    }


def _find_pages(user: User | AnonymousUser, text: str) -> list[Found]:
    """By the beginnings of words of what they are called: clo day."""
    typed = text.casefold().split()
    return [
        {"label": label, "detail": "", "url": (page := reverse(name)), "other": page}
        for right, label, name in PAGES
        if user.has_perm(right)
        and all(any(word.startswith(part) for word in label.casefold().split()) for part in typed)
    ]


def _offer_new(user: User | AnonymousUser, text: str) -> list[Found]:
    """A walk-in gets an account right from here."""
    if not user.has_perm("accounts.add_guarantor") or any(sign.isdigit() for sign in text):
        return []
    page = f"{reverse('admin:accounts_guarantor_add')}?{urlencode({'name': text})}"
    label = f"New guarantor: {shown(text)}"
    return [{"label": label, "detail": "for a walk-in", "url": page, "other": page, "is_offer": True}]


class FindAnything(DeskPage):
    """What is found, as a page, or as rows for the list that opens with a slash."""

    rights = ("accounts.view_guarantor",)  # receipts ask for their own besides
    template_name = "backoffice/find_anything.html"
    title = "Find"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").replace("\0", " ").strip()[:100]
        try:
            count(FINDING, f"staff {self.request.user.pk}")
        except ValidationError as refused:
            return self._answer(text, [], status=429, problem=refused.messages[0])
        return self._answer(text, find_all(self.request.user, text))

    def _answer(self, text: str, groups: list[Found], *, status: int = 200, problem: str = "") -> HttpResponse:
        if self.request.accepts("text/html"):
            context = self.get_context_data(q=text, groups=groups, problem=problem)
            return self.render_to_response(context, status=status)
        return JsonResponse({"groups": groups, "problem": problem}, status=status)
