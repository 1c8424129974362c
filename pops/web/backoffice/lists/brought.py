"""Forms of rows that the practice's own system has too: they say what its next word sets again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pops.core.accounts.brought import of_the_system

SETS_AGAIN = "The practice's own system has this, too: its next import sets it again."


class MarksTheSystems(admin.ModelAdmin):
    """Marks `of_the_system`, fields that an import overwrites (see pops.core.imports.kinds), where one brought it."""

    of_the_system: tuple[str, ...] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        fields: dict[str, Any] = form.base_fields
        marked = [field for name, field in fields.items() if name in self.of_the_system]
        brought = self.model._default_manager.filter(of_the_system(self.model), pk=obj.pk if obj else None)
        if marked and brought.exists():
            for field in marked:
                field.help_text = SETS_AGAIN
        return form
