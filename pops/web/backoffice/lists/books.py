from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from payments.models import BooksCheck
from pops.core.words import day
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin


@admin.register(BooksCheck)
class BooksCheckAdmin(ReadOnlyAdmin):
    """The runs of check_books, and what each rule found."""

    list_display = ["started_at", "outcome", "ended_at"]
    fields = ["started_at", "ended_at", "outcome", "files_read", "report"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        title = {"title": f"Check of the books, {day(timezone.localdate(run.started_at))}"} if run else {}
        return super().change_view(request, object_id, form_url, {**title, "subtitle": None, **(extra_context or {})})

    @admin.display(description="Found", ordering="found")
    def outcome(self, run: BooksCheck) -> str:
        if run.ended_at is None:
            return "did not end"
        return f"{run.found} found" if run.found else "all is right"

    @admin.display(description="Files read")
    def files_read(self, run: BooksCheck) -> int:
        return int(run.files.get("read", 0))

    @admin.display(description="What must always hold")
    def report(self, run: BooksCheck) -> SafeString:
        """A line a rule; what was found stands first."""
        lines = sorted(run.lines, key=lambda line: not line["found"])
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt>{}", map(_shown, lines)))


def _shown(line: dict[str, Any]) -> tuple[str, SafeString]:
    """What must hold, and what was found of it."""
    more = line["found"] - len(line["findings"])
    words = [*line["findings"], *([f"and {more:,} more"] if more else [])] or ["right"]
    return line["promise"], format_html_join("", "<dd>{}</dd>", ([one] for one in words))
