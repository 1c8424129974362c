"""What the set-up guide says of a step: facts, each done or missing, and where it is done."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

# Who sets the practice up: administrators.
RIGHT = "practice.change_practice"
# In the address of a form that was opened from the guide: saving it leads back there.
GUIDE = "guide"


@dataclass(frozen=True)
class Way:
    """Where something is done: a page, or a button that does it."""

    label: str
    url: str
    is_button: bool = False


@dataclass(frozen=True)
class Fact:
    """One thing that was looked at. What is not needed is only worth a look."""

    words: str
    is_done: bool = True
    is_needed: bool = True
    ways: tuple[Way, ...] = ()

    @property
    def is_missing(self) -> bool:
        return self.is_needed and not self.is_done


@dataclass(frozen=True)
class Step:
    """A step of the guide. `look` asks the real parts how it stands now."""

    key: str
    title: str
    lead: str
    look: Callable[[dt.datetime], list[Fact]]


@dataclass(frozen=True)
class Look:
    """How a step stands."""

    step: Step
    facts: list[Fact] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not any(fact.is_missing for fact in self.facts)


def missing(words: str, *ways: Way) -> Fact:
    """A fact that has to be mended."""
    return Fact(words, is_done=False, ways=ways)


def form_way(label: str, name: str, *args: object) -> Way:
    """A form of the lists; saved, it leads back to the guide."""
    return Way(label, f"{reverse(name, args=args)}?{urlencode({GUIDE: 1})}")


def page_way(label: str, name: str, *args: object) -> Way:
    """A page that has its own way on."""
    return Way(label, reverse(name, args=args))


def button_way(label: str, name: str) -> Way:
    """A button of the guide."""
    return Way(label, reverse(name), is_button=True)


def guide_page(key: str = "") -> str:
    """The address of the guide, or of a step of it."""
    return reverse("backoffice:setup") + (f"#{key}" if key else "")


def came_from_guide(request: HttpRequest) -> bool:
    """Whether a form was opened from the guide."""
    return GUIDE in request.GET


def may_set_up(user: Any) -> bool:
    """Whether somebody may see the guide and do its steps."""
    return bool(user.is_active and user.is_staff and user.has_perm(RIGHT))
