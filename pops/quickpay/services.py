"""Making QuickPay links, ending them, and reading the token that somebody brings.

A token is 256 bits by chance. It is given to who asked for the link, once: here only its hash is kept.
"""

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor, Statement
from pops.core.refusals import Refused, refuse
from pops.quickpay.models import Link

TOKEN_BYTES = 32
Origin = Link.Origin


def why_not_make_link(guarantor: Guarantor) -> Refused | None:
    """Why an account gets no QuickPay link."""
    if not guarantor.group.quickpay:
        return Refused("off", f"QuickPay is switched off for the POPS Group {guarantor.group}.")
    return why_not_use(guarantor)


def make_link(
    *,
    guarantor: Guarantor,
    origin: str,
    now: dt.datetime,
    good_for: dt.timedelta | None = None,
    by: User | None = None,
    token: str = "",
) -> tuple[Link, str]:
    """A link and its token, which nobody can ask for again. Without `good_for` it is good as long as the group says.

    Without `by` it is POPS who makes it. Whoever brings a `token` of draw_token() gets the link that it has already.
    Raises Refused.
    """
    if made := token and Link.objects.filter(token_hash=hash_token(token)).first():
        return made, token
    refuse(why_not_make_link(guarantor))
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    good_until = now + (good_for or dt.timedelta(days=guarantor.group.quickpay_days))
    return _keep(token, guarantor, origin=origin, made_at=now, made_by=by, good_until=good_until), token


def draw_token(maker: str) -> str:
    """A token that its maker can say again, by what they alone call it: 256 bits to who hasn't our secret key."""
    digest = salted_hmac("quickpay.token", maker, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Wanted:
    """A link of whose token the maker can say it again, as a message is the same each time that it is written."""

    token: str
    guarantor: Guarantor
    origin: str
    by: User | None = None


def keep_links(wanted: Sequence[Wanted], *, now: dt.datetime) -> None:
    """Let these tokens lead to their balances, as long as the groups say. One that was kept before stays as it is.

    One statement, however many. The caller asks why_not_make_link() of each.
    """
    links = [
        Link(
            token_hash=hash_token(one.token),
            guarantor=one.guarantor,
            group_id=one.guarantor.group_id,
            origin=one.origin,
            made_at=now,
            made_by=one.by,
            good_until=now + dt.timedelta(days=one.guarantor.group.quickpay_days),
        )
        for one in wanted
    ]
    Link.objects.bulk_create(links, ignore_conflicts=True)


def draw_statement_tokens(statement: Statement) -> dict[str, str]:
    """Tokens for a statement's paper by their origin: for its QR code, and for the address in its PDF.

    None where there is a later statement, where QuickPay is off, or the account is no longer used. They lead
    nowhere before keep_statement_links(): printing takes a while, and nobody who pays waits for it.
    """
    if _has_later(statement) or why_not_make_link(statement.guarantor):
        return {}
    return {origin.value: secrets.token_urlsafe(TOKEN_BYTES) for origin in (Origin.QR, Origin.STATEMENT)}


def keep_statement_links(*, statement: Statement, tokens: Mapping[str, str], now: dt.datetime) -> None:
    """Let what was printed lead to the balance, in place of what stands on the guarantor's earlier statements."""
    if not tokens:
        return
    with transaction.atomic():
        guarantor = hold_account(statement.guarantor_id)
        replaced_at = now if _has_later(statement) else None
        if replaced_at is None:
            guarantor.quickpay_links.filter(statement__isnull=False, replaced_at=None).update(replaced_at=now)
        good_until = now + dt.timedelta(days=guarantor.group.quickpay_statement_days)
        facts = {"statement": statement, "made_at": now, "good_until": good_until, "replaced_at": replaced_at}
        for origin, token in tokens.items():
            _keep(token, guarantor, origin=origin, **facts)


def _has_later(statement: Statement) -> bool:
    others = Statement.objects.filter(guarantor=statement.guarantor_id)
    return others.filter(statement_date__gt=statement.statement_date).exists()


def _keep(token: str, guarantor: Guarantor, **facts: Any) -> Link:
    group = guarantor.group_id
    return Link.objects.create(token_hash=hash_token(token), guarantor=guarantor, group_id=group, **facts)


def hash_token(token: str) -> bytes:
    """What is kept of a token. It needs no salt: nobody can try 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def find_link(token: str) -> Link | None:
    """The link of a token, good or not. None when nobody was ever given it, as when a part of it is missing.

    In constant time as to the token: an index finds its hash, of which who guesses knows nothing, and the comparison
    that counts looks at all of it.
    """
    hashed = hash_token(token)
    link = Link.objects.select_related("guarantor__group").filter(token_hash=hashed).first()
    return link if link and secrets.compare_digest(bytes(link.token_hash), hashed) else None


def why_not_enter(link: Link, *, now: dt.datetime) -> Refused | None:
    """Why a link no longer leads to the balance, in words for who holds it."""
    if link.replaced_at:
        return Refused("replaced", "A newer statement has replaced this one. Use the code or link on the newest.")
    if now >= link.good_until:
        return Refused("expired", "This link was good for a time that is over. Ask for a new one, or sign in to pay.")
    return why_not_stay(link)


def why_not_stay(link: Link) -> Refused | None:
    """Why who came by a link is shown out: not when its time is over, or a payment under way would end unseen."""
    if link.revoked_at:
        return Refused("revoked", "The practice has withdrawn this link. Ask for a new one, or sign in to pay.")
    if link.guarantor.is_retired or link.guarantor.group_id != link.group_id:
        return Refused("moved", "The account of this link has moved since. Ask for a new one, or sign in to pay.")
    if not link.guarantor.group.quickpay:
        return Refused("off", "Paying by a link is not offered here any more. Sign in to pay.")
    return None


def why_not_revoke(link: Link, *, now: dt.datetime) -> Refused | None:
    """Why there is nothing to revoke."""
    return None if link.is_good(now) else Refused("over", "This link no longer works as it is.")


def revoke_link(*, link_id: int, now: dt.datetime, by: User) -> None:
    """Let a link lead nowhere from now on; who came by it is shown out. Raises Refused, and Link.DoesNotExist."""
    with transaction.atomic():
        link = Link.objects.select_for_update(no_key=True).get(pk=link_id)
        refuse(why_not_revoke(link, now=now))
        link.revoked_at, link.revoked_by = now, by
        link.save(update_fields=["revoked_at", "revoked_by"])
