"""The house colours for mails, whose programs know no custom properties: as static/css/tokens.css has them."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

SHEET = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--color-([a-z-]+): (#[0-9a-f]{6});")


@cache
def colours(theme: str) -> Mapping[str, str]:
    """The colours of a theme, "light" or "dark", by name. Those that are made from others are left out."""
    block = SHEET.read_text().partition(f'html[data-theme="{theme}"]')[2].partition("}")[0]
    return dict(COLOUR.findall(block))


def light(name: str) -> str:
    """A colour by its name without --color-: {{ 'muted'|light }} in a mail. Raises KeyError."""
    return colours("light")[name]


def dark(name: str) -> str:
    """The same for a mail program that is dark. Raises KeyError."""
    return colours("dark")[name]
