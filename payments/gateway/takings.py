"""What Stripe says it took and gave back in a span of time, for payments of ours."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import stripe

from payments.gateway.client import asking

# Ten pages of each kind: whoever has more sums them in Stripe's dashboard.
MOST = 1_000
UNDONE = ("failed", "canceled")


@dataclass(frozen=True)
class Moved:
    """One charge, or one refund with a minus, in cents."""

    moment: dt.datetime
    cents: int


class TooMany(Exception):
    """There are more charges or refunds than are worth asking for one page after the other."""


def list_moved(*, since: dt.datetime, until: dt.datetime) -> list[Moved]:
    """Charges that were paid and refunds that were not undone, from a moment on and before another.

    Charges of other software on the same account are left out. Raises TooMany, KeyRefused, Rejected, OutOfReach.
    """
    span = {"created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}, "limit": 100}
    with asking() as client:
        charges = islice(client.v1.charges.list(span).auto_paging_iter(), MOST + 1)  # type: ignore[arg-type]
        taken = list(charges)
        refunds = islice(client.v1.refunds.list({**span, "expand": ["data.charge"]}).auto_paging_iter(), MOST + 1)  # type: ignore[arg-type]
        given = list(refunds)
    if max(len(taken), len(given)) > MOST:
        raise TooMany
    return [*_taken(taken), *_given(given)]


def _taken(charges: list[stripe.Charge]) -> Iterator[Moved]:
    for charge in charges:
        if charge.paid and charge.captured and _is_ours(charge):
            yield Moved(_moment(charge.created), charge.amount_captured)


def _given(refunds: list[stripe.Refund]) -> Iterator[Moved]:
    for refund in refunds:
        if refund.status not in UNDONE and refund.charge is not None and _is_ours(refund.charge):
            yield Moved(_moment(refund.created), -refund.amount)


def _is_ours(charge: object) -> bool:
    return bool(getattr(getattr(charge, "metadata", None), "pops_payment", ""))


def _moment(created: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(created, dt.UTC)
