"""Admin pages that show and never change."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pops.web.backoffice.lists.history import TellsItself


class ReadOnlyAdmin(TellsItself):
    """A list and a detail page; what changes these rows are services, never a form."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def html_table(headings: list[str], rows: list[list[object]], *, empty: str) -> SafeString:
    """A small table for a detail page. Every cell is escaped; the last column is money and right-aligned."""
    if not rows:
        return format_html("{}", empty)
    head = format_html_join("", '<th scope="col">{}</th>', ([heading] for heading in headings))
    body = format_html_join(
        "", "<tr>{}</tr>", ([format_html_join("", "<td>{}</td>", ([cell] for cell in row))] for row in rows)
    )
    return format_html('<table class="pops-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body)
