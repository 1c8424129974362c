"""What can be made into a file: the reports, and the lists of the back office, each under a name.

Lists live in the doors above: they say themselves what they give, so that a worker, who has no door, can make them.
"""

import datetime as dt
from abc import ABC, abstractmethod
from typing import ClassVar

from django.http import QueryDict
from django.urls import reverse

from payments.reports.declaration import Report
from payments.reports.models import Format
from payments.reports.question import Question
from payments.reports.registry import find_report
from payments.reports.tables import Table
from pops.core.access.models import User
from pops.core.refusals import Refused


class Source(ABC):
    """A report or a list. A question is what stands behind the ? of its page's address."""

    slug: str
    title: str
    formats: ClassVar[tuple[Format, ...]] = (Format.CSV, Format.XLSX)

    @abstractmethod
    def may(self, user: User) -> bool:
        """Whether this member of staff may have it as a file."""

    @abstractmethod
    def page(self, question: str) -> str:
        """The address where it is looked at."""

    @abstractmethod
    def table(self, question: str, *, user: User, today: dt.date) -> Table:
        """What this member of staff is given. Raises Refused for a question that can't be."""

    def count(self, question: str, *, user: User, today: dt.date) -> int | None:
        """How many rows that are, where it can be known before."""
        return None

    def is_longer(self, most: int, question: str, *, user: User, today: dt.date) -> bool:
        """Whether it has more rows than these, counted no further."""
        count = self.count(question, user=user, today=today)
        return count is not None and count > most


class ReportSource(Source):
    """A report of the registry."""

    formats = tuple(Format)

    def __init__(self, report: Report) -> None:
        self.report, self.slug, self.title = report, report.slug, report.title

    def may(self, user: User) -> bool:
        return user.has_perm(self.report.right)

    def page(self, question: str) -> str:
        path = reverse("backoffice:report", args=[self.slug])
        return f"{path}?{question}" if question else path

    def count(self, question: str, *, user: User, today: dt.date) -> int | None:
        """What stands under the rows is found as they come."""
        asked = self._ask(question, user, today)
        is_known = not (asked.only_totals or self.report.unfolds(asked))
        return self.report.listed(asked, user).count() if is_known else None

    def is_longer(self, most: int, question: str, *, user: User, today: dt.date) -> bool:
        return self.report.count(self._ask(question, user, today), user, most=most) > most

    def table(self, question: str, *, user: User, today: dt.date) -> Table:
        return self.report.table(self._ask(question, user, today), user)

    def _ask(self, question: str, user: User, today: dt.date) -> Question:
        asked = self.report.ask(QueryDict(question), user=user, today=today)
        if asked.wrong:
            raise Refused("odd", " ".join(asked.wrong.values()))
        return asked


_SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> Source:
    """Make a report or list known. Called once for each, when the apps are loaded."""
    _SOURCES[source.slug] = source
    return source


def find_source(slug: str) -> Source | None:
    """The report or list of that name."""
    report = find_report(slug)
    return ReportSource(report) if report else _SOURCES.get(slug)


def may_receive(source: Source | None, user: User) -> bool:
    """Whether a member of staff may be given files of this report by a worker: they can sign in, and have the right."""
    return source is not None and user.is_active and user.is_staff and source.may(user)
