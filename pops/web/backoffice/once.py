"""Doing what a form asks for once, however often it is sent."""

import uuid
from collections.abc import Callable

from django import forms
from django.db import IntegrityError, transaction

from pops.core.access.models import User
from pops.core.transactions import whole
from pops.web.backoffice.models import SentForm
from pops.web.typed import TypedForm

Job = Callable[[], tuple[str, str]]


class SentOnce(TypedForm):
    """A form that does its work once, however often it is sent."""

    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)


class AlreadySent(Exception):
    """The form has done its work; `page` is where that led."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


def find_sent_form(*, form_id: str, by: User) -> SentForm | None:
    """The form of this id, when it has done its work before."""
    try:
        return SentForm.objects.filter(pk=uuid.UUID(form_id), sent_by=by).first()
    except ValueError:
        return None


def do_once(*, form_id: uuid.UUID | None, by: User, job: Job) -> tuple[str, str]:
    """Do what a form asks for, in one transaction. The page to show next and what to say there, as the job says.

    A copy of the form waits for the first one and raises AlreadySent. What the job raises leaves the form unsent.
    """
    sent = SentForm(pk=form_id or uuid.uuid4(), sent_by=by)
    with whole():
        try:
            with transaction.atomic():
                sent.save(force_insert=True)
        except IntegrityError:
            raise AlreadySent(SentForm.objects.get(pk=sent.pk).page) from None
        sent.page, words = job()
        sent.save(update_fields=["page"])
    return sent.page, words


def do_then_note(*, form_id: uuid.UUID | None, by: User, job: Job) -> tuple[str, str]:
    """The same for what asks the card processor, over which no transaction stays open.

    The job itself is one that does its work once; the note only leads a copy of the form to the same page.
    """
    page, words = job()
    SentForm.objects.bulk_create([SentForm(pk=form_id or uuid.uuid4(), sent_by=by, page=page)], ignore_conflicts=True)
    return page, words
