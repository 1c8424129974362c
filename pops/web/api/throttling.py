"""How often a key may call, and an address may bring keys that are none. Counted in Redis, by whole minutes.

Of a high limit a process takes several calls at once, and asks Redis again when they are used up. Never more than the
limit are let through; what a process has taken and doesn't use, another one lacks.

While Redis is away nothing is counted, and calls go on: money waits for nobody's counter.
"""

import datetime as dt
import logging
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from redis import Redis
from redis.exceptions import RedisError

from pops.web.api.problems import Problem

logger = logging.getLogger(__name__)

SECONDS = 60
# So many calls a process takes at once, of a limit that is at least a hundred times that.
SHARE = 10


@dataclass(frozen=True)
class Used:
    """How much of a limit is used up: what the headers of an answer tell."""

    name: str
    most: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, as the IETF's draft writes them."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.most};w={SECONDS}',
            "RateLimit": f'"{self.name}";r={max(self.left, 0)};t={self.seconds}',
        }

    def refuse(self) -> None:
        """Raises Problem 429 once nothing is left."""
        if self.left < 0:
            words = f"That was too often in a short time. Try again in {self.seconds} seconds."
            headers = {**self.headers, "Retry-After": str(self.seconds)}
            raise Problem(429, "too_often", words, headers=headers)


def count_call(key_id: int, *, now: dt.datetime) -> Used:
    """Count a call of a key."""
    return _count("key", str(key_id), settings.API_CALLS_A_MINUTE, now)


def refuse_guesses(address: str, *, now: dt.datetime) -> None:
    """Count a key that was none. Raises Problem 429 once an address brought too many."""
    _count("wrong-keys", address, settings.API_WRONG_KEYS_A_MINUTE, now).refuse()


def _count(name: str, whose: str, most: int, now: dt.datetime) -> Used:
    minute, second = divmod(int(now.timestamp()), SECONDS)
    try:
        number = _take_number(cache.make_key(f"api.{name}.{whose}.{minute}"), share=SHARE if most >= 100 * SHARE else 1)
    except RedisError:
        logger.exception("Calls are not counted")
        number = 0
    return Used(name, most, most - number, SECONDS - second)


def _take_number(place: str, *, share: int) -> int:
    """The number of this call among those of its minute, in all processes."""
    taken = _taken_at(place)
    try:
        return taken.popleft()
    except IndexError:
        first = _add(place, share) - share + 1
        taken.extend(range(first + 1, first + share))
        return first


@lru_cache  # of a few keys in this minute; what is dropped is some calls that nobody has used
def _taken_at(place: str) -> deque[int]:
    return deque()


@lru_cache
def _connect(address: str) -> Redis:
    return Redis.from_url(address)


def _add(place: str, count: int) -> int:
    """By Redis itself: Django's cache makes a client anew, and asks whether the place is there, with each call."""
    redis = _connect(settings.CACHES["default"]["LOCATION"])
    total = int(redis.incrby(place, count))
    if total == count:  # the first of its minute
        redis.expire(place, SECONDS + 1)
    return total
