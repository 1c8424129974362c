"""The mail that tells staff that a report of a schedule is there: a link that leads through their sign-in.

No attachment, no number and no filter stands in it: filters can name patients, and a mail lies in many places.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse

from notifications import kinds
from notifications.kinds import Content, Kind, NotWanted, Write
from notifications.models import Message
from notifications.services import new_message_id, nudge_on_commit
from payments.reports.models import ReportRun
from payments.reports.sources import find_source, may_receive
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice


class Reason(models.TextChoices):
    """Why there is no mail."""

    NO_RIGHT = "no_right", "The reader has no right to the report any more"
    FORGOTTEN = "forgotten", "The file was deleted before the mail was sent"


def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    """What writes each of these mails: read in two queries, however many they are."""
    practice = get_practice()
    runs = ReportRun.objects.select_related("asked_by", "schedule").in_bulk([one.about_id for one in messages])
    return {message.pk: partial(write, runs.get(message.about_id), practice) for message in messages}


def write(run: ReportRun | None, practice: Practice) -> Content:
    """The mail about a run, the same each time. Raises NotWanted when its reader has nothing of it any more."""
    if run is None or run.schedule is None or (run.is_done and not run.file):
        raise NotWanted(Reason.FORGOTTEN)
    if not may_receive(find_source(run.source), run.asked_by):
        raise NotWanted(Reason.NO_RIGHT)
    title = f"{run.title} is ready" if run.is_done else f"{run.title} could not be made"
    context = {
        "practice_name": practice.name,
        "title": title,
        "cadence": run.schedule.get_every_display().lower(),
        "is_done": run.is_done,
        "button": "Open it" if run.is_done else "See why",
        "url": f"{settings.SITE_URL}{reverse('backoffice:report_run', args=[run.pk])}",
    }
    return Content(
        subject=f"{title} ({context['cadence']} report)",
        text=render_to_string("reports/mail/ready.txt", context),
        html=render_to_string("reports/mail/ready.html", context),
        sender=practice.name,
    )


READY = kinds.declare(Kind(name="report", label="Report by schedule", prepare=prepare, reasons=dict(Reason.choices)))


def post_ended(run: ReportRun) -> Message:
    """Tell who has a schedule's run that it ended. In the transaction that ends it, so once."""
    message = Message.objects.create(
        kind=READY.name,
        about_id=run.pk,
        to=run.asked_by.email,
        state=Message.State.QUEUED,
        message_id=new_message_id(),
    )
    nudge_on_commit()
    return message
