"""How often a key may call, and an address may bring keys that are none. Counted in Redis, by whole minutes.

While Redis is away nothing is counted, and calls go on: money waits for nobody's counter.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from redis import Redis
from redis.exceptions import RedisError

from pops.web.api.problems import Problem

logger = logging.getLogger(__name__)

SECONDS = 60


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
        count = _add_one(cache.make_key(f"api.{name}.{whose}.{minute}"))
    except RedisError:
        logger.exception("Calls are not counted")
        count = 0
    return Used(name, most, most - count, SECONDS - second)


@lru_cache
def _connect(address: str) -> Redis:
    return Redis.from_url(address)


def _add_one(place: str) -> int:
    """By Redis itself: Django's cache makes a client anew, and asks whether the place is there, with each call."""
    redis = _connect(settings.CACHES["default"]["LOCATION"])
    count = int(redis.incr(place))
    if count == 1:  # the first of its minute
        redis.expire(place, SECONDS + 1)
    return count
