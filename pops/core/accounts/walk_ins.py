"""Walk-ins, whom the practice's own system doesn't know yet, and how its file finds them later.

By the number alone, which a person gives: nothing is matched across accounts by itself (ADR 51).
"""

import re

import pghistory
from django.db import transaction
from django.db.models import Count

from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Group
from pops.core.refusals import Refused, refuse, require_reason

# As next_number() gives them.
OURS = re.compile(r"W[0-9]{6,}")
SAME = """
SELECT DISTINCT other.guarantor_id FROM accounts_patient p
JOIN accounts_patient other ON other.birth_date = p.birth_date AND other.guarantor_id <> p.guarantor_id
    AND accounts_name_words(other.name::text) = accounts_name_words(p.name::text)
WHERE p.guarantor_id = %s AND NOT other.is_retired AND NOT p.is_retired
    AND NOT (other.is_confidential OR p.is_confidential)
LIMIT 10
"""


def is_walk_in(guarantor: Guarantor) -> bool:
    """Whether the account has a number of ours: the practice's own system has told of none."""
    return OURS.fullmatch(guarantor.account_number) is not None


def find_usual_group() -> Group | None:
    """The POPS Group of the next walk-in, most likely: of the last one; where there was none, that of most people."""
    walk_ins = Guarantor.objects.filter(account_number__gte="W", account_number__lt="X")
    last = walk_ins.order_by("-account_number").select_related("group").first()
    return last.group if last else Group.objects.alias(size=Count("guarantors")).order_by("-size", "pk").first()


def find_same_people(guarantor: Guarantor) -> list[Guarantor]:
    """Other accounts that have a patient of the same name and birth date: for a person to decide about."""
    found = Guarantor.objects.raw(
        f"SELECT * FROM accounts_guarantor WHERE id IN ({SAME}) AND NOT is_retired ORDER BY name, id",  # noqa: S608
        [guarantor.pk],
    )
    return list(found)


def why_not_give_number(guarantor: Guarantor) -> Refused | None:
    """Why an account gets no other number."""
    if refusal := why_not_use(guarantor):
        return refusal
    if is_walk_in(guarantor):
        return None
    return Refused("has_number", "This account has its number in the practice's system already. An import changes it.")


def give_number(*, guarantor_id: int, number: str, reason: str, by: User) -> Guarantor:
    """Give a walk-in the account number of the practice's own system, so that its next file completes the account.

    Raises Refused, and Guarantor.DoesNotExist.
    """
    reason, number = require_reason(reason), number.strip()
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        guarantor = hold_account(guarantor_id)
        refuse(why_not_give_number(guarantor))
        if OURS.fullmatch(number) or not re.fullmatch(r"[0-9A-Za-z._/-]{1,20}", number):
            raise Refused("number_wrong", "Enter the number as the practice's own system has it: letters and digits.")
        taken = Guarantor.objects.filter(account_number__iexact=number).first()
        if taken:
            words = f"{taken} has this number. If it is the same person, merge the two accounts."
            raise Refused("number_taken", words)
        guarantor.account_number = number
        guarantor.save(update_fields=["account_number"])
    return guarantor
