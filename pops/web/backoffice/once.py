"""Doing what a form asks for once."""

import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction

from pops.core.access.models import User
from pops.web.backoffice.models import SentForm


class AlreadySent(Exception):
    """The form has done its work; `page` is where that led."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


def do_once(*, form_id: uuid.UUID | None, by: User, job: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """Do what a form asks for. The page to show next and what to say there, as the job returns them.

    A copy of the form waits for the first one and raises AlreadySent. What the job raises leaves the form unsent.
    """
    sent = SentForm(pk=form_id or uuid.uuid4(), sent_by=by)
    with transaction.atomic():
        try:
            with transaction.atomic():
                sent.save(force_insert=True)
        except IntegrityError:
            raise AlreadySent(SentForm.objects.get(pk=sent.pk).page) from None
        sent.page, words = job()
        sent.save(update_fields=["page"])
    return sent.page, words
