"""What must always hold: a file a rule. It begins with the sentence that holds, then the sentence about what breaks it.

The query finds what breaks the rule, a row each; its columns fill the second sentence. None is all right.
"""

import json
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from pops.core.methods import Method, tender_of
from receipts import notices

ROOM = Path(__file__).parent
NAMES = (
    "transactions_add_up",
    "receipts_in_their_batch",
    "closed_batches_keep_their_totals",
    "closes_keep_their_tenders",
    "closes_keep_their_drawer",
    "deposits_are_what_was_counted",
    "receipts_not_overspent",
    "unapplied_money_is_kept",
    "refunds_take_back_what_they_give",
    "guarantors_balance",
    "services_not_overpaid",
    "postings_tell_their_service",
    "receipts_have_their_mail",
    "receipts_are_in_the_feed",
    "attempts_have_their_receipt",
    "split_payments_add_up",
    "charges_pay_their_own",
    "refunds_agree",
    "returns_agree",
)


@dataclass(frozen=True)
class Rule:
    """A sentence that holds, the query for what breaks it, and the sentence about each row of that."""

    name: str
    promise: str
    finding: str
    sql: str


@cache
def get_rules() -> tuple[Rule, ...]:
    """All rules, in the order of the report."""
    spent = (ROOM / "spent.sql").read_text()
    return tuple(
        read_rule(name, (ROOM / "rules" / f"{name}.sql").read_text().replace(":spent", spent)) for name in NAMES
    )


def read_rule(name: str, text: str) -> Rule:
    """A rule from its file: the first line says what holds, the next ones what is found, "(" begins a remark."""
    heading = takewhile(lambda line: line.startswith("-- ") and not line.startswith("-- ("), text.splitlines())
    promise, *finding = [line.removeprefix("-- ") for line in heading]
    return Rule(name=name, promise=promise, finding=" ".join(finding), sql=text)


def get_words() -> dict[str, Any]:
    """What the queries ask in the words of the lower floors."""
    return {
        "mail": notices.KIND,
        "mailed": [kind.value for kind in notices.MAILED],
        "tenders": json.dumps({method.value: tender_of(method).value for method in Method}),
    }
