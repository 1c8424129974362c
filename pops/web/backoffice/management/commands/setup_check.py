"""`manage.py setup_check`: the set-up guide in a terminal. Exit status 1 while something is missing."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from pops.web.backoffice.setup.facts import Fact, Look, guide_page
from pops.web.backoffice.setup.steps import look_at_steps


class Command(BaseCommand):
    """Says step by step what is done and what is missing."""

    help = "Asks all parts whether this practice is set up: what is done, what is missing. Asks Stripe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the whole list as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        looks = look_at_steps(now=timezone.now())
        is_done = all(look.is_done for look in looks)
        if options["json"]:
            self.stdout.write(json.dumps({"done": is_done, "steps": [_tell(look) for look in looks]}, indent=1))
        else:
            self.print(looks)
        if not is_done:
            sys.exit(1)

    def print(self, looks: list[Look]) -> None:
        """A line a step, and below it what was found."""
        for number, look in enumerate(looks, 1):
            self.stdout.write(f"{'done   ' if look.is_done else 'MISSING'}  {number}. {look.step.title}")
            for fact in look.facts:
                self.stdout.write(f"         {_mark(fact)} {fact.words}")
        self.stdout.write(f"The guide: {settings.SITE_URL}{guide_page()}")


def _mark(fact: Fact) -> str:
    return "+" if fact.is_done else "-" if fact.is_needed else "?"


def _tell(look: Look) -> dict[str, Any]:
    facts = [{"words": fact.words, "done": fact.is_done, "needed": fact.is_needed} for fact in look.facts]
    return {
        "step": look.step.key,
        "title": look.step.title,
        "done": look.is_done,
        "page": f"{settings.SITE_URL}{guide_page(look.step.key)}",
        "facts": facts,
    }
