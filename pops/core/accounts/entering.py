"""Entering accounts by hand, one at a time; what the practice's own system knows comes by import."""

from django.db import connection


def next_number() -> str:
    """A number for what the practice's own system doesn't know yet, such as a walk-in's account: W100001 and on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounts_walk_in_number')")
        (number,) = cursor.fetchone()
    return f"W{number}"
