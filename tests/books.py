"""Whether the books are right after a test: the product's own check, asked of what the test left."""

from datetime import datetime

from django.db import connection

from payments.books.check import Line, check_files, check_rules, check_waits


def find_wrong(*, ages_at: datetime | None = None) -> list[Line]:
    """The lines that found something. The ages are asked when a moment is given: a test leaves much to no worker."""
    judge_now()
    lines = [*check_rules(), check_files()[0]]
    if ages_at:
        lines.append(check_waits(now=ages_at))
    return [line for line in lines if line.found]


def assert_books_balance(*, ages_at: datetime | None = None) -> None:
    """Fail with the sentences of all that breaks a rule."""
    findings = [finding for line in find_wrong(ages_at=ages_at) for finding in line.findings]
    assert not findings, "the books are not right:\n" + "\n".join(findings)


def judge_now() -> None:
    """Have the database judge, and keep, what waits for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def judge() -> None:
    """What the database judges at commit, and the books."""
    assert_books_balance()
