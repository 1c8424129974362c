"""The one definition of right, asked: a line a rule. check_books and the tests ask the same."""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from payments.books.files import SHOWN, FilesRead, read_files
from payments.books.rules import Rule, get_rules, get_words
from payments.books.waits import find_waits
from pops.core.money import format_cents
from pops.core.words import day

logger = logging.getLogger(__name__)

FILES = "Each stored file is the one that was stored: read again, it has the SHA-256 that was kept."
WAITS = "Nothing waits longer than is promised."


@dataclass(frozen=True)
class Line:
    """What one rule found: how much, and the first of it in words."""

    rule: str
    promise: str
    found: int
    findings: list[str]
    seconds: float


def check_rules(*, start: Callable[[str], object] | None = None) -> Iterator[Line]:
    """Ask each rule, a line each as soon as it is known. `start` hears what is asked now."""
    for rule in get_rules():
        if start:
            start(rule.promise)
        yield ask(rule)


def ask(rule: Rule) -> Line:
    """Run one rule's query."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) OVER () AS found_, broken.* FROM ({rule.sql}) broken ORDER BY 2 LIMIT {SHOWN}",  # noqa: S608
            get_words(),
        )
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    findings = [say(rule, row) for row in rows]
    return Line(rule.name, rule.promise, rows[0]["found_"] if rows else 0, findings, time.monotonic() - began)


def say(rule: Rule, row: dict[str, Any]) -> str:
    """The rule's sentence about a row that breaks it: cents as dollars, dates as a person says them."""
    return rule.finding.format_map({name: _shown(name, value) for name, value in row.items()})


def _shown(name: str, value: Any) -> str:
    if name.endswith("_cents"):
        return format_cents(value)
    return day(value) if isinstance(value, dt.date) else str(value)


def check_files(
    *, last: FilesRead | None = None, seconds: float | None = None, tell: Callable[[int], None] | None = None
) -> tuple[Line, FilesRead]:
    """Read the stored files, all or for some seconds, and what came of it for the next time."""
    began = time.monotonic()
    try:
        done = read_files(last=last, seconds=seconds, tell=tell)
    except Exception as error:
        # The store is away: that is for a person to know, and no reason to keep the other lines from them.
        logger.exception("The stored files can't be read")
        words = f"The store of files can't be read: {type(error).__name__}."
        return Line("files", FILES, 1, [words], time.monotonic() - began), last or FilesRead()
    return Line("files", FILES, done.found, done.findings, time.monotonic() - began), done


def check_waits(*, now: dt.datetime) -> Line:
    """Whether anything waits longer than is promised."""
    began = time.monotonic()
    late = [wait for wait in find_waits(now=now, recent=None) if wait.is_late]
    findings = [f"{wait.label}: the oldest of {wait.waiting} waits for {wait.age_words}." for wait in late]
    return Line("waits", WAITS, len(findings), findings, time.monotonic() - began)
