"""How a guarantor can pay online: by the options of their POPS Group."""

from pops.core.accounts.models import Guarantor
from pops.core.methods import Method
from pops.core.practice.models import Group
from pops.core.refusals import Refused

WALLETS = (Method.APPLE_PAY, Method.GOOGLE_PAY)


def find_offered(group: Group, *, in_parts: bool = False) -> list[Method]:
    """The methods that a group offers. A wallet pays once: never where a payment is split into several charges.

    `in_parts`: for an attempt that is split, whatever the group does by now.
    """
    splits = in_parts or group.split_payments != Group.SplitPayments.NONE
    wallets = () if splits else WALLETS
    is_on = {Method.CARD: group.credit_card, Method.APPLE_PAY: group.apple_pay, Method.GOOGLE_PAY: group.google_pay}
    return [method for method in (Method.CARD, *wallets) if is_on[method]]


def why_not_pay_by_card(guarantor: Guarantor) -> Refused | None:
    """Why a guarantor can't pay by any card, be it typed, stored or in a wallet."""
    if find_offered(guarantor.group):
        return None
    return Refused("no_card", "Paying by card is not offered here. Ask us how to pay instead.")


def why_not_pay_by(guarantor: Guarantor, method: Method, *, in_parts: bool = False) -> Refused | None:
    """Why a guarantor can't pay by one method. Link, and wallets without a name here, hold a card that was typed."""
    one_of = method if method in WALLETS else Method.CARD
    if one_of in find_offered(guarantor.group, in_parts=in_parts):
        return None
    return Refused("not_offered", f"Paying by {one_of.label} is not offered here any more. Choose another way to pay.")


def why_not_keep_cards(guarantor: Guarantor) -> Refused | None:
    """Why a guarantor can't keep a card, or pay by one that they kept."""
    if guarantor.group.store_payment_method and Method.CARD in find_offered(guarantor.group):
        return None
    return Refused("no_stored_cards", "Stored cards are not offered here any more. Choose another way to pay.")
