"""What a link tells of its guarantor's name: it may be in a stranger's hands."""

from pops.core.accounts.models import Guarantor
from pops.core.words import shown

# What follows on a last name, and is none.
SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "esq"}


def get_short_name(guarantor: Guarantor) -> str:
    """First name and last initial: Maria A."""
    last, comma, first = shown(guarantor.name).partition(",")
    if comma and first.strip() and first.strip(" .").lower() not in SUFFIXES:
        words = [*first.split(), *last.split()[:1]]
    else:
        words = last.split()
    names = [word for word in words if word.strip(".").lower() not in SUFFIXES] or words
    return names[0] if len(names) == 1 else f"{names[0]} {names[-1][0]}."
