"""How often one may guess or ask at a door of sign-in. Nobody's attempts shut the door of somebody else.

An office is one network, so its people are counted apart: each account by network first. Over an account's attempts
from everywhere stands a limit too, or a stranger with many networks could guess for ever; it doesn't count where the
account has signed in lately, or that stranger could shut its owner out.
"""

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from allauth.core import context
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError

# Seconds.
KNOWN_FOR = 30 * 24 * 3600
UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True)
class Door:
    """How often, in allauth's words: an account from one network; a network; an account from networks new to it.

    `anywhere`: an account from all networks, those that it knows too. Its owner can be shut out by strangers there.
    """

    name: str
    pair: str = ""
    network: str = ""
    elsewhere: str = ""
    anywhere: str = ""


PASSWORD = Door("password", pair="10/5m/key", network="100/5m/ip", elsewhere="30/5m/key")
# Who guesses here has the password already. Three codes of a million are right at a time.
AUTHENTICATOR = Door("authenticator", pair="10/5m/key,50/d/key", network="100/5m/ip", elsewhere="30/5m/key,100/d/key")
CODE = Door("code", pair="10/h/key,30/d/key", network="100/5m/ip", elsewhere="30/h/key")
# Who guesses here reads the mailbox. Birth dates are few and known to many, so guesses are too.
FACT = Door("fact", pair="6/h/key,12/d/key", elsewhere="12/h/key,24/d/key")
# QuickPay links that nobody was given. Who has a right one is let in whatever others of their network guess.
LINK = Door("link", network="30/5m/ip")
# Sessions by one link. Who is in by it already goes on in theirs, and a mail filter that only looks begins none.
BY_LINK = Door("by_link", pair="30/10m/key")
# Each link has five guesses of its own.
NEW_ADDRESS = Door("new_address", network="20/5m/ip")
# The form in which a code is asked for. It is never shut for an address, only for a network that asks like a machine.
ASKING = Door("asking", network="20/m/ip")
# Who says a name and a fact. Names are folded, so no accent makes another of them; the account's owner has the door by
# address besides. The network's limit is that of machines: an office is one.
BY_NAME = Door("by_name", pair="10/h/key,30/d/key", network="20/m/ip", elsewhere="30/h/key,100/d/key")
# What is mailed for it: beyond this, the last code sent stays the one that works.
MAILS = Door("mails", pair="3/m/key,10/h/key", elsewhere="20/d/key")
# To one address, by whatever names and facts lead to it: beyond this, mails are written and taken back.
MAILS_BY_NAME = Door("mails_by_name", anywhere="20/d/key")
# Links by which staff choose a password: beyond this, mails are written and taken back.
PASSWORD_MAILS = Door("password_mails", anywhere="4/h/key,10/d/key")
# Nobody guesses them; who tries is a machine.
PASSWORD_LINK = Door("password_link", network="30/5m/ip")
# Texts of codes to one number, whoever asks: each costs money. Beyond this, codes come by email.
TEXTS = Door("texts", anywhere="6/h/key,12/d/key")
# A signed-in guarantor has codes mailed to whatever address they type in.
OWN_ADDRESS = Door("own_address", anywhere="5/h/key,10/d/key")
# Has codes texted to whatever number they type in, or the desk call it.
OWN_PHONE = Door("own_phone", anywhere="5/h/key,10/d/key")
# And asks for appointments.
APPOINTMENTS = Door("appointments", anywhere="10/h/key,20/d/key")

# Pressing Pay: each asks Stripe several times, for each part of a split payment.
CONFIRMING = Door("confirming", anywhere="60/10m/key")
# Pages of paying that ask Stripe. One that waits for a bank asks every four seconds.
LOOKING = Door("looking", anywhere="200/5m/key")


class TooOften(ValidationError):
    """Refused for now; says how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"That was too often in a short time. Try again in {say_wait(seconds)}.", code="too_often")


def say_wait(seconds: float) -> str:
    """A wait as people say it, rounded up, so that it is over then."""
    size, name = next((size, name) for size, name in UNITS if seconds > 2 * size or size == 1)
    number = math.ceil(seconds / size)
    return f"{number} {name}{'s' if number > 1 else ''}"


def count(door: Door, account: str) -> ratelimit.RateLimitUsage:
    """Count an attempt; what comes back can be rolled back. Raises TooOften, and then nothing was counted."""
    counted = ratelimit.RateLimitUsage(usage=[])
    for action, rates, key in _limits(door, account):
        # A guess is one whatever it comes by: allauth leaves out what only looks.
        facts = {"app": "pops", "action": action, "config": {action: rates}, "key": key}
        used = ratelimit.consume(context.request, **facts, limit_get=True)
        if used is None:
            counted.rollback()
            raise TooOften(_find_wait(action, rates, key))
        counted.usage += used.usage
    return counted


@contextmanager
def guessing(door: Door, account: str) -> Iterator[None]:
    """Count a guess, which raises ValidationError when it is wrong. Raises TooOften before it is looked at."""
    counted = count(door, account)
    yield
    counted.rollback()


def remember_network(account: str) -> None:
    """From here this account signs in: strangers elsewhere don't count here."""
    cache.set(_known_key(account), 1, timeout=KNOWN_FOR)


def _limits(door: Door, account: str) -> Iterator[tuple[str, str, str]]:
    """The limits that count here: what is counted, how often it may be, whose it is."""
    if door.network:
        yield f"{door.name}.network", door.network, ""
    if door.pair:
        yield f"{door.name}.pair", door.pair, _pair(account)
    if door.elsewhere and not cache.get(_known_key(account)):
        yield f"{door.name}.elsewhere", door.elsewhere, account.lower()
    if door.anywhere:
        yield f"{door.name}.anywhere", door.anywhere, account.lower()


def _pair(account: str) -> str:
    return f"{account.lower()} {ratelimit.get_ip(context.request)}"


def _known_key(account: str) -> str:
    return "sign_in.known." + hashlib.sha256(_pair(account).encode()).hexdigest()


def _find_wait(action: str, rates: str, key: str) -> float:
    """Seconds until the next attempt would be let through."""
    waits = [1.0]
    for rate in ratelimit.parse_rates(rates):
        place = ratelimit.get_cache_key(context.request, app="pops", action=action, rate=rate, key=key)
        history: list[float] = cache.get(place, [])
        if len(history) >= rate.amount:
            waits.append(history[rate.amount - 1] + rate.duration - time.time())
    return max(waits)
