"""The inbox: what waits for somebody, and what staff say of it."""

from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse

from pops.core.access.models import User
from pops.core.practice.selectors import practice_of
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskButton, DeskPage
from pops.web.backoffice.inbox.declaration import Asking
from pops.web.backoffice.inbox.reading import (
    BY_NAME,
    DONE_SHOWN,
    Entry,
    find_assignees,
    find_done,
    find_entry,
    find_remarks,
    get_inbox,
    read_remarks,
)
from pops.web.backoffice.inbox.saying import assign, comment, finish, put_back, why_not_finish
from pops.web.backoffice.models import InboxRemark
from pops.web.backoffice.once import SentOnce

RIGHTS = ("backoffice.answer_inbox",)


class Inbox(DeskPage):
    """All that waits for somebody who may see it: what is due first, then the oldest."""

    rights = RIGHTS
    template_name = "backoffice/inbox/inbox.html"
    title = "Inbox"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        inbox = get_inbox(self.request, now=self.now)
        read_remarks(inbox.entries)
        return super().get_context_data(inbox=inbox, now=self.now, **context)


class InboxDone(DeskPage):
    """What was called done of late."""

    rights = RIGHTS
    template_name = "backoffice/inbox/done.html"
    title = "Done"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        done = [(BY_NAME[remark.kind], remark) for remark in find_done(self.request.user)]
        return super().get_context_data(done=done, is_cut_off=len(done) == DONE_SHOWN, **context)


class EntryForm(SentOnce):
    """Whose an entry is, what there is to say of it, and whether it is done."""

    to = forms.ModelChoiceField(User.objects.none(), label="Who does it", required=False, empty_label="Nobody yet")
    words = forms.CharField(label="Comment", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    is_done = forms.BooleanField(label="It is settled: take it out of the inbox", required=False)
    again = forms.BooleanField(label="It isn't settled: put it back into the inbox", required=False)

    def __init__(self, *args: Any, entry: Entry | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if entry is None:
            return
        self.fields["to"].queryset = find_assignees(entry.kind)  # type: ignore[attr-defined]
        del self.fields["is_done" if why_not_finish(entry) else "again"]
        if not entry.is_done:
            self.fields.pop("again", None)


class OfEntry:
    """What pages about one entry have in common."""

    request: Any
    kwargs: Any
    now: Any

    @cached_property
    def kind(self) -> Any:
        kind = BY_NAME.get(self.kwargs["entry_kind"])
        if kind is None or not kind.is_for(self.request.user):
            raise Http404
        return kind

    @cached_property
    def entry(self) -> Entry | None:
        """Nothing where it has settled itself."""
        asking = Asking(self.request.user, practice_of(self.request), self.now)
        return find_entry(asking, kind=self.kind, about=self.kwargs["about"])

    def get_entry(self) -> Entry:
        if self.entry is None:
            raise Refused("settled", "This has settled itself meanwhile.")
        return self.entry


class InboxEntry(OfEntry, DeskAction):
    """One entry: all that was said of it, and what is said now."""

    rights = RIGHTS
    template_name = "backoffice/inbox/entry.html"
    title = "Inbox entry"
    button = "Save"
    form_class = EntryForm
    field_of = {"cannot_do_it": "to", "no_words": "words", "nothing_said": "words"}

    def find_target(self) -> Any:
        """The entry; an address that never was one is none."""
        if self.entry is None and not self.remarks:
            raise Http404
        return self.entry

    @cached_property
    def remarks(self) -> list[InboxRemark]:
        return list(find_remarks(kind=self.kind.name, about=self.kwargs["about"]))

    def why_not(self) -> Refused | None:
        return None if self.entry else Refused("settled", "This has settled itself: nothing is left to do.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "entry": self.entry}

    def get_initial(self) -> dict[str, Any]:
        return {"to": self.entry and self.entry.assigned_to}

    def do(self, form: EntryForm) -> tuple[str, str]:
        entry, data, by = self.get_entry(), form.cleaned_data, self.request.user
        words = data["words"]
        if "to" in form.changed_data and data["to"] != entry.assigned_to:
            assign(entry=entry, to=data["to"], by=by)
        elif not (words.strip() or data.get("is_done") or data.get("again")):
            raise Refused("nothing_said", "Nothing was changed. Assign it, write a comment, or go back.")
        if data.get("is_done"):
            finish(entry=entry, words=words, by=by)
            return reverse("backoffice:inbox"), "It is done."
        if data.get("again"):
            put_back(entry=entry, words=words, by=by)
        elif words.strip():
            comment(entry=entry, words=words, by=by)
        return self.request.path, "Saved."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            entry=self.entry, kind=self.kind, remarks=self.remarks, back=reverse("backoffice:inbox"), **context
        )


class TakeEntry(OfEntry, DeskButton):
    """Say that one does it oneself."""

    rights = RIGHTS
    undone_by = "Put it back, on the entry's page"

    def page(self) -> str:
        return reverse("backoffice:inbox")

    def find_target(self) -> Any:
        return self.entry

    def do(self, form: Any) -> tuple[str, str]:
        assign(entry=self.get_entry(), to=self.request.user, by=self.request.user)
        return self.page(), "It is yours now."
