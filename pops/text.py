"""Text that came from outside, as it may be shown. Standard library only."""

import re

# Control characters, and those that turn the direction of what follows: they let a name pretend to be another.
# Joiners stay: Persian and Indian names need them.
_TURNING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def shown(text: str) -> str:
    """The text on one line, without characters that nobody sees but that change how the rest looks."""
    return " ".join(_TURNING.sub(" ", text).split())
