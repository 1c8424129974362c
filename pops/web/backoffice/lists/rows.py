"""Rows that are entered on their object's page: a guarantor's first patients, a visit's services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pops.web.typed import TypedModelForm


class NamedRows(admin.TabularInline):
    """A table of fields, each with its name. At least one row; rows are corrected, never deleted."""

    form = TypedModelForm
    template = "backoffice/lists/rows.html"
    extra = 0
    min_num = 1
    validate_min = True
    can_delete = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        return name_it(super().formfield_for_dbfield(db_field, request, **more))


def name_it(field: Any) -> Any:
    """The field, named for who can't see the heading above it."""
    if field is not None:
        field.widget.attrs["aria-label"] = str(field.label).capitalize()
    return field
