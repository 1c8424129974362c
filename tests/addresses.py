"""All addresses of a door, so that a new one can't be forgotten by tests that walk them."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from django.urls import URLPattern, reverse


def patterns_of(patterns: list[Any], app: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All addresses below, by their names."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield app + str(pattern.name), pattern
        else:
            yield from patterns_of(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else app)


def addresses_of(patterns: list[Any], known: dict[str, list[Any]], app: str = "") -> Iterator[str]:
    """Each address with each of its objects. Raises KeyError for a kind of object that a test doesn't know."""
    for name, pattern in patterns_of(patterns, app):
        names = list(pattern.pattern.converters)
        for values in product(*(known[one] for one in names)):
            yield reverse(name, kwargs=dict(zip(names, values, strict=True)))
