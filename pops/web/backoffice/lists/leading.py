"""Rows that a page names: a link where it leads somewhere for who reads it, else words."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest


@dataclass(frozen=True)
class Named:
    """A relation of a row that is read, in words: Django would make a link of it for everybody."""

    name: str
    short_description: str
    empty: str

    @property
    def __name__(self) -> str:
        """As what Django knows a column that is a callable."""
        return self.name

    def __call__(self, row: Any) -> str:
        named = getattr(row, self.name)
        return self.empty if named is None else str(named)


class LeadsSomewhere(admin.ModelAdmin):
    """No link to the page of a row of which whoever reads it may see none: they would be refused there."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        readonly = set(super().get_readonly_fields(request, obj))
        if obj is not None and not self.has_change_permission(request, obj):
            readonly = set(flatten_fieldsets(sets))
        return [
            (title, {**options, "fields": self._name(request, options["fields"], readonly)}) for title, options in sets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return self._name(request, fields, set(fields))

    def _name(self, request: HttpRequest, fields: Any, readonly: set[Any]) -> list[Any]:
        return [self._named(request, field) if field in readonly else field for field in fields]

    def _named(self, request: HttpRequest, name: Any) -> Any:
        """The field, in words where its page is shut to this reader."""
        try:
            field: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return name
        page = self.admin_site._registry.get(field.related_model) if field.many_to_one or field.one_to_one else None
        if page is None or page.has_view_permission(request):
            return name
        return Named(field.name, str(field.verbose_name), str(self.get_empty_value_display()))
