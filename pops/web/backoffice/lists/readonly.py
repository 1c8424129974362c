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


# So many columns have room on a phone.
STAND_ANYWHERE = 3


def html_table(headings: list[str], rows: list[list[object]], *, empty: str) -> SafeString:
    """A small table for a detail page. Every cell is escaped. On a phone each row of many columns is a card."""
    if not rows:
        return format_html("{}", empty)
    head = format_html_join("", '<th scope="col">{}</th>', ([heading] for heading in headings))
    cells = (format_html_join("", '<td data-label="{}">{}</td>', zip(headings, row, strict=True)) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", ([row] for row in cells))
    css = "pops-table row-cards" if len(headings) > STAND_ANYWHERE else "pops-table"
    return format_html('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', css, head, body)
