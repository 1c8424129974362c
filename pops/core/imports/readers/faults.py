"""What can be wrong with a file as a whole, and with one cell of it."""

# A typing error beyond, not money.
MAX_CENTS = 999_999_999


class Unreadable(Exception):
    """The file can't be read at all; the words say why and what to do."""


class Bad(ValueError):
    """A cell is not what its column holds; the words go on from the name of the column."""
