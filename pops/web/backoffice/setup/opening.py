"""The last step: the portal is opened to patients, by a person, once all others are done."""

import datetime as dt

from django.db import transaction

from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.core.practice.opening import open_practice, why_not_open
from pops.core.refusals import Refused, refuse
from pops.logins.trial import end_trial
from pops.web.backoffice.setup.facts import Fact, Look, missing, page_way
from pops.web.backoffice.setup.moments import say_when

OPENING = "opening"


def look_at_opening(now: dt.datetime) -> list[Fact]:
    """Whether the portal is open, since when and by whom."""
    practice = Practice.objects.first()
    if practice is None or practice.opened_at is None:
        words = "The portal isn't open: patients can't sign in, and read that it opens later."
        return [missing(words, page_way("Open the portal", "backoffice:setup_open"))]
    return [Fact(f"The portal is open since {say_when(practice.opened_at)}{_by(practice)}.")]


def why_not_go_live(looks: list[Look]) -> Refused | None:
    """Why the portal can't be opened, as the other steps stand."""
    practice = Practice.objects.first()
    if practice and (refusal := why_not_open(practice)):
        return refusal
    left = [look.step.title for look in looks if not look.is_done and look.step.key != OPENING]
    return Refused("steps_missing", f"These steps come first: {'; '.join(left)}.") if left else None


def go_live(*, looks: list[Look], now: dt.datetime, by: User) -> Practice:
    """Open the portal, and end the trial account. Raises Refused."""
    refuse(why_not_go_live(looks))
    with transaction.atomic():
        practice = open_practice(now=now, by=by)
        end_trial(by=by)
    return practice


def _by(practice: Practice) -> str:
    """Who opened it: what the history says."""
    events = Practice.pgh_event_model.objects.filter(opened_at=practice.opened_at)  # type: ignore[attr-defined]
    event = events.select_related("pgh_context").order_by("pgh_id").first()
    who = event.pgh_context.metadata.get("user") if event and event.pgh_context else None
    user = User.objects.filter(pk=who).first() if who else None
    return f", opened by {user}" if user else ""
