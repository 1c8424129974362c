"""Entering accounts by hand, one at a time; what the practice's own system knows comes by import."""

from django.db import connection

WALK_IN = "W{}"


def next_account_number() -> str:
    """An account number for a walk-in whom the practice's own system doesn't know yet: W100001 and on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounts_walk_in_number')")
        (number,) = cursor.fetchone()
    return WALK_IN.format(number)
