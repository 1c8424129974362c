"""Kept history in the admin: why is asked with each change; who, when, why, before and after open from the object."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pghistory
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from pops.core.accounts.confidential import sees_confidential
from pops.web.backoffice.fields import name_of
from pops.web.backoffice.lists.events import EMPTY, NOBODY, events_of, find_people, words_of
from pops.web.backoffice.lists.leading import LeadsSomewhere
from pops.web.backoffice.lists.stale import AsShownForm
from pops.web.backoffice.setup.facts import came_from_guide, guide_page
from pops.web.typed import TypedModelForm

# Newest first; a row changed more often than this is nobody's reading.
EVENTS_SHOWN = 200
# How a filter of Django's, or a link of ours, says what it compares.
ENDINGS = ("", "__exact", "__id__exact", "__in", "__gte", "__lt", "__lte", "__isnull")
# What an event is called; "found" is how a row was when its history began.
LABELS = {"insert": "Made", "found": "Written down", "update": "Changed"}


@dataclass(frozen=True)
class Change:
    """One kept change: field by field what it was and what it became."""

    at: Any
    who: str
    why: str
    what: str
    fields: list[tuple[str, str, str]]


class WhyForm(AsShownForm):
    """A change form that asks why."""

    why = forms.CharField(
        label="Why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the history.",
        error_messages={"required": "Say why."},
    )

    class Meta:
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "why" in self.fields and not self.instance.pk:
            self.fields["why"].required = False


class TellsItself(LeadsSomewhere):
    """What all lists have in common. The page of a row tells all that became of it: no History button."""

    form = TypedModelForm
    keeps_history = False
    # By what links of ours filter the list, beside its own filters.
    linked: list[str] = []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its own name, whatever the address asks for."""
        name = str(self.opts.verbose_name_plural)
        try:
            return super().changelist_view(request, {"title": name[:1].upper() + name[1:], **(extra_context or {})})
        except (ValueError, OverflowError):  # the year 99999999, a NUL: filters of an address typed by hand
            messages.error(request, "The address asked for a filter that can't be. This is the whole list.")
            return redirect(request.path)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Asked again where somebody entered the same number between a form's check and its write: it says so then."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return super().changeform_view(request, *args, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What the list and our links filter by, and nothing else: a relation would tell of rows that are hidden."""
        filters = [getattr(one, "parameter_name", one) for one in self.get_list_filter(request)]
        return lookup in {f"{name}{ending}" for name in (*filters, *self.linked) for ending in ENDINGS}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """admin/change_form_object_tools.html asks whether there is a history."""
        return super().render_change_form(request, {**context, "keeps_history": self.keeps_history}, *args, **kwargs)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to the set-up guide, for who came from there."""
        return redirect(guide_page()) if came_from_guide(request) else super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(guide_page()) if came_from_guide(request) else super().response_post_save_change(request, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own history would be empty."""
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)


class KeepsHistory(TellsItself):
    """For models tracked by pghistory. List "why" in the fieldsets."""

    keeps_history = True
    form = WhyForm
    # Event models of rows that belong to the object, such as a user's roles: the column that names the object, the
    # relation that tells what was given or taken, and its name.
    related_events: list[tuple[type[models.Model], str, str, str]] = []
    # Relations to rows that are part of the object, such as a visit's services: their changes are told with it.
    parts: list[str] = []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Why is asked of those who change what is there."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and self.has_change_permission(request, obj):
            return fieldsets
        return [(name, options) for name, options in fieldsets if "why" not in options["fields"]]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; held where a form is about to change it: who sent another one just now is waited for."""
        obj = super().get_object(request, object_id, from_field)
        changes = request.method == "POST" and connection.in_atomic_block  # a preview of the form holds nothing
        if obj is None or not changes or not self.has_change_permission(request, obj):
            return obj
        self.model._base_manager.select_for_update(no_key=True).filter(pk=obj.pk).first()
        return super().get_object(request, object_id, from_field)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A history opens from its object, and names others: all of them stay."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save with the reason; what is saved after it, such as roles, gets the same one."""
        pghistory.context(reason=form.cleaned_data.get("why", "") if hasattr(form, "cleaned_data") else "")
        super().save_model(request, obj, form, change)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {obj}",
            "object": obj,
            "opts": self.opts,
            "changes": self._all(obj, sees_confidential(request.user))[:EVENTS_SHOWN],
        }
        return render(request, "admin/kept_history.html", context)

    def _all(self, obj: models.Model, sees: bool) -> list[Change]:
        """Newest first. Changes of one transaction have one moment: they stay in the order of their numbers."""
        found = [*self._own(obj, sees), *self._related(obj), *self._of_parts(obj, sees)]
        return sorted(found, key=lambda change: change.at)[::-1]

    def _own(self, obj: models.Model, sees: bool) -> Iterable[Change]:
        events = list(
            events_of(type(obj)).objects.filter(pgh_obj_id=obj.pk).select_related("pgh_context").order_by("pgh_id")
        )
        people = find_people(events)
        before: Any = None
        for event in events:
            fields = list(_difference(type(obj), before, event, sees))
            if fields or before is None:
                yield _change(event, people, LABELS[event.pgh_label], fields)
            before = event

    def _of_parts(self, obj: models.Model, sees: bool) -> Iterable[Change]:
        for part in [part for relation in self.parts for part in getattr(obj, relation).all()]:
            for change in self._own(part, sees):
                yield replace(change, fields=[(f"{part}: {name}", old, new) for name, old, new in change.fields])

    def _related(self, obj: models.Model) -> Iterable[Change]:
        for model, column, relation, name in self.related_events:
            rows = model._default_manager.filter(**{column: obj.pk}).select_related("pgh_context", relation)
            events: list[Any] = list(rows.order_by("pgh_id"))
            people = find_people(events)
            for event in events:
                value = str(getattr(event, relation))
                pair = (EMPTY, value) if event.pgh_label == "given" else (value, EMPTY)
                yield _change(event, people, "Changed", [(name, *pair)])


def _change(event: Any, people: dict[int, str], what: str, fields: list[tuple[str, str, str]]) -> Change:
    facts = event.pgh_context.metadata if event.pgh_context else {}
    who = people.get(facts.get("user", 0), NOBODY)
    return Change(event.pgh_created_at, who, facts.get("reason", ""), what, fields)


def _difference(model: type[models.Model], before: Any, after: Any, sees: bool) -> Iterable[tuple[str, str, str]]:
    for field in model._meta.concrete_fields:
        if field.primary_key or not hasattr(after, field.attname):
            continue
        old, new = getattr(before, field.attname, None), getattr(after, field.attname)
        if old != new:
            words = words_of(field, before, old, sees), words_of(field, after, new, sees)
            if words != (EMPTY, EMPTY):
                yield name_of(field), *words
