"""All addresses of the API with all their methods, so that a new one can't be forgotten by tests that walk them."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from pops.web.api import urls
from tests.addresses import patterns_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
# Something that fits each part of an address, and is there for nobody.
FITS = {"IntConverter": 987654321, "OwnNumber": "nobody", "SlugConverter": "nothing", "UUIDConverter": UUID}
# Open to everybody: what the API is, and that there is nothing.
OPEN = {"api:nowhere", "api:page", "api:openapi_yaml", "api:openapi_json"}


def endpoints() -> Iterator[tuple[str, type[Any]]]:
    """Each address with its view."""
    for name, pattern in patterns_of(urls.urlpatterns, "api:"):
        if name not in OPEN:
            facts = {one: FITS[type(converter).__name__] for one, converter in pattern.pattern.converters.items()}
            yield reverse(name, kwargs=facts), pattern.callback.cls


def methods_of(view: type[Any]) -> list[str]:
    """Those of an address, and OPTIONS, which stands for all that it doesn't have: each view refuses it."""
    return [method for method in METHODS if hasattr(view, "get" if method == "HEAD" else method.lower())]


def operations() -> Iterator[tuple[str, str, type[Any]]]:
    """Each method that there is, with its address and view."""
    for address, view in endpoints():
        for method in METHODS:
            if hasattr(view, method.lower()) and method not in ("HEAD", "OPTIONS"):
                yield method, address, view
