"""Lists of patients, visits and appointments: what is confidential is there for staff with the right alone."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from pops.core.accounts.confidential import HIDDEN, sees_confidential, shown_to


class ShownRawId(ForeignKeyRawIdWidget):
    """The key of a row with its name beside it. Django's names whatever row there is; this one those that are shown."""

    rows: QuerySet[Model]

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        try:
            is_shown = self.rows.filter(pk=value).exists()
        except (ValueError, ValidationError):
            is_shown = False
        label: tuple[str, str] = super().label_and_url_for_value(value) if is_shown else ("", "")
        return label


class HidesConfidential(admin.ModelAdmin):
    """Its confidential rows are neither listed nor found, opened or chosen without the right, nor is the mark seen."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return shown_to(request.user, super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sees, sets = sees_confidential(request.user), super().get_fieldsets(request, obj)
        return [
            (name, {**options, "fields": [field for field in options["fields"] if sees or field != "is_confidential"]})
            for name, options in sets
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """A row that is not shown can't be chosen, and its key typed into an address doesn't name it."""
        if db_field.related_model in HIDDEN:
            rows = shown_to(request.user, db_field.related_model._default_manager.all())
            widget = ShownRawId(db_field.remote_field, self.admin_site)
            widget.rows = rows
            more |= {"queryset": rows, "widget": widget}
        return super().formfield_for_foreignkey(db_field, request, **more)
