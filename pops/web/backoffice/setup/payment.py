"""The step about money: the trial account pays $1.00 as any guarantor does, and gets it back as any guarantor does."""

import datetime as dt

from payments.gateway.client import OutOfReach, Rejected
from payments.gateway.intents import get_intent
from payments.models import Payment
from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.core.practice.opening import is_open
from pops.logins.trial import CENTS, find_trial, why_not_begin_trial
from pops.web.backoffice.setup.facts import Fact, Way, button_way, missing, page_way
from pops.web.sign_in.trial import make_link
from receipts.balances import get_on_the_way_cents, get_receipt_balance
from receipts.models import Receipt

AMOUNT = format_cents(CENTS)


def look_at_payment(now: dt.datetime) -> list[Fact]:
    """Whether the trial account paid with the keys of now, and has its money back."""
    trial = find_trial()
    if trial is None:
        refusal = why_not_begin_trial()
        begin = button_way("Make the trial account", "backoffice:setup_trial")
        words = "There is no trial account yet: nobody's, it owes $1.00 and its mails come to you."
        return [missing(f"{words} {refusal.words}") if refusal else missing(words, begin)]
    receipts = _find_paid(trial, now)
    if receipts is None:
        return [missing("Stripe could not be asked about the trial payment.")]
    done = next((receipt for receipt in receipts if _is_back(receipt)), None)
    return _say_done(done) if done else _say_open(trial, receipts)


def _say_done(receipt: Receipt) -> list[Fact]:
    return [
        Fact(f"{AMOUNT} was paid.", ways=(_receipt_way(receipt),)),
        Fact("It was given back.", ways=tuple(_receipt_way(one) for one in receipt.refunds.all())),
    ]


def _say_open(trial: Guarantor, receipts: list[Receipt]) -> list[Fact]:
    if not receipts:
        pay = () if is_open() else (Way(f"Pay {AMOUNT} as the trial account", make_link(trial)),)
        words = f"The trial account has not paid its {AMOUNT} with these keys yet."
        how = "The link works for an hour, on any device. In this browser it signs you out of the back office."
        return [missing(f"{words} {how}", *pay)]
    paid = receipts[0]
    if get_on_the_way_cents(paid):
        back = missing("Its refund is on the way.", _receipt_way(paid))
    else:
        back = missing("It was not given back yet.", page_way("Refund it", "backoffice:refund", paid.pk))
    return [Fact(f"{AMOUNT} was paid.", ways=(_receipt_way(paid),)), back]


def _find_paid(trial: Guarantor, now: dt.datetime) -> list[Receipt] | None:
    """Receipts of the trial account, newest first, whose money the Stripe account of now knows. None: not answered."""
    payments = trial.payments.filter(state=Payment.State.PAID).select_related("receipt").order_by("-started_at")[:5]
    try:
        return [payment.receipt for payment in payments if payment.receipt and _is_known(payment, now)]
    except OutOfReach:
        return None


def _is_known(payment: Payment, now: dt.datetime) -> bool:
    """Whether the keys of now see this payment: another account's, or that of test mode, tried something else."""
    try:
        get_intent(payment.intent_id or "", now=now)
    except Rejected:
        return False
    return True


def _is_back(receipt: Receipt) -> bool:
    return get_receipt_balance(receipt).left_cents == 0 and not get_on_the_way_cents(receipt)


def _receipt_way(receipt: Receipt) -> Way:
    return page_way(f"Receipt {receipt.pk}", "admin:receipts_receipt_change", receipt.pk)
