"""A form that is sent after somebody else changed its row: what the sender left alone stays as it is now.

The page carries a digest of each value that it showed. What was typed over a value that is another now is refused.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.db.models import Model

from pops.web.backoffice.fields import name_of
from pops.web.backoffice.lists.events import find_changer, words_of
from pops.web.typed import TypedModelForm

MEANWHILE = "{name} was changed meanwhile by {who}: it is {now} now. Look at it again; nothing was saved."


class DigestsField(forms.CharField):
    """What a page showed, by field. It is no fact of the row, so it never changes one."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False

    def clean(self, value: Any) -> dict[str, str]:
        try:
            digests = json.loads(value or "{}")
        except ValueError:
            digests = {}
        return digests if isinstance(digests, dict) else {}


class AsShownForm(TypedModelForm):
    """A change form that overwrites nothing newer than its page."""

    as_shown = DigestsField(required=False)

    class Meta:
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = {name: _digest(self.initial.get(name)) for name in self._facts()}
        self.initial["as_shown"] = json.dumps(self._now)
        if not self.instance.pk:
            del self.fields["as_shown"]

    def clean(self) -> dict[str, Any]:
        """Leave alone what the sender left alone, and refuse what was typed over a newer value."""
        data = super().clean() or {}
        shown = data.pop("as_shown", None) or {}
        stale = [name for name, now in self._now.items() if name in data and shown.get(name, now) != now]
        for name in stale:
            typed = _digest(data[name])
            if typed == shown[name]:
                del data[name]
            elif typed != self._now[name]:
                self._refuse(name)
                shown[name] = self._now[name]  # the page that says so shows it
        self.changed_data = [name for name in self.changed_data if name in data or name not in stale]
        if self.errors and stale:
            self._show_again(shown)
        return data

    def _show_again(self, shown: dict[str, str]) -> None:
        sent: Any = self.data
        self.data = again = sent.copy()
        again[self.add_prefix("as_shown")] = json.dumps(shown)

    def _facts(self) -> Iterable[str]:
        """The fields of the row that can be changed here."""
        own = {field.name for field in (*self._meta.model._meta.concrete_fields, *self._meta.model._meta.many_to_many)}
        return [name for name, field in self.fields.items() if name in own and not field.disabled]

    def _refuse(self, name: str) -> None:
        field = self.instance._meta.get_field(name)
        if field.many_to_many:
            who, now = "somebody", ", ".join(map(str, getattr(self.instance, name).all())) or "nothing"
        else:
            # Who can send a field sees what it says.
            who = find_changer(self.instance, field)
            now = words_of(field, self.instance, getattr(self.instance, field.attname), True)
        self.add_error(name, MEANWHILE.format(name=name_of(field), who=who, now=now))


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value, the same from the row and from a form that left it alone."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, File):
        return value.name or ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="minutes")
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Iterable):
        return sorted(str(_plain(one)) for one in value)
    return str(value)
