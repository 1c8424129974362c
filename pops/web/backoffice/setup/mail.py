"""The step about mail: one is really sent, and the code in it typed by whoever got it."""

import datetime as dt
import secrets
from urllib.parse import urlencode

from allauth.core.internal.cryptokit import compare_user_code
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from notifications.kinds import Content
from notifications.services import post_content
from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.core.refusals import Refused, refuse
from pops.core.words import shown
from pops.web.backoffice.models import Trial
from pops.web.backoffice.notices import TEST_MAIL
from pops.web.backoffice.setup.facts import Fact, missing, page_way
from pops.web.backoffice.setup.moments import say_when

AN_HOUR, MAILS, GUESSES = dt.timedelta(hours=1), 10, 5
VALID = dt.timedelta(days=1)


def look_at_mail(now: dt.datetime) -> list[Fact]:
    """Whether a mail that was sent as mail is set now came to a person."""
    send = page_way("Send a test mail", "backoffice:setup_mail")
    code = page_way("Type its code", "backoffice:setup_code")
    trial = _find_trials().order_by(F("confirmed_at").desc(nulls_last=True), "-asked_at").first()
    if trial is None:
        return [missing(f"No mail was tried yet through {describe_mail()}.", send)]
    if trial.confirmed_at:
        return [Fact(f"A mail through {describe_mail()} arrived on {say_when(trial.confirmed_at)}.", ways=(send,))]
    message = trial.message
    assert message is not None  # a mail has one
    state = f"The test mail to {message.to}: {message.get_state_display().lower()}. {message.error}".strip()
    return [missing(f"{state} Type the code that stands in it.", code, send)]


def why_not_send(*, now: dt.datetime) -> Refused | None:
    """Why no test mail is sent now."""
    if Trial.objects.filter(kind=Trial.Kind.MAIL, asked_at__gt=now - AN_HOUR).count() >= MAILS:
        return Refused("too_many", f"{MAILS} test mails were sent within an hour. Try again later.")
    return None


def send_test_mail(*, to: str, now: dt.datetime, by: User) -> Trial:
    """Send a mail with a code through the outbox, as every other mail goes. Raises Refused."""
    refuse(why_not_send(now=now))
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        message = post_content(kind=TEST_MAIL, to=to, content=_write(code))
        return Trial.objects.create(
            kind=Trial.Kind.MAIL, settings=describe_mail(), key=code, message=message, asked_by=by, asked_at=now
        )


def find_open_trial(*, now: dt.datetime) -> Trial | None:
    """The latest test mail, while its code can be typed."""
    return _find_trials().filter(confirmed_at=None, guesses__lt=GUESSES, asked_at__gt=now - VALID).first()


def why_not_confirm(*, now: dt.datetime) -> Refused | None:
    """Why there is no code to type."""
    return None if find_open_trial(now=now) else Refused("no_mail", "No test mail waits for its code. Send one.")


def confirm_mail(*, code: str, now: dt.datetime) -> bool:
    """Note that the mail arrived, if this is its code; False if not, which is counted. Raises Refused."""
    refuse(why_not_confirm(now=now))
    trial = find_open_trial(now=now)
    assert trial is not None  # refused otherwise
    if not compare_user_code(actual=code, expected=trial.key):
        Trial.objects.filter(pk=trial.pk).update(guesses=F("guesses") + 1)
        return False
    trial.confirmed_at = now
    trial.save(update_fields=["confirmed_at"])
    return True


def describe_mail() -> str:
    """How mail is sent and from whom, as it is set. Names no password."""
    way = settings.EMAIL_PROVIDER or settings.EMAIL_HOST or "this machine"
    return f"{way} from {settings.DEFAULT_FROM_EMAIL}"[:300]


def _find_trials() -> QuerySet[Trial]:
    return Trial.objects.filter(kind=Trial.Kind.MAIL, settings=describe_mail()).select_related("message")


def _write(code: str) -> Content:
    practice = Practice.objects.first() or Practice(name="POPS")
    name = shown(practice.name)
    context = {
        "practice_name": name,
        "title": "Your mail works",
        "paragraphs": ["This is the test mail of the set-up guide. Its code shows that it arrived:", code],
        "button": "Type the code in the guide",
        "url": f"{settings.SITE_URL}{reverse('backoffice:setup_code')}?{urlencode({'code': code})}",
        "phone": practice.phone,
    }
    subject = f"Test mail of {name}: code {code}"
    text, html = (render_to_string(f"logins/mail/notice.{kind}", context) for kind in ("txt", "html"))
    return Content(subject=subject, text=text, html=html, sender=name, reply_to=practice.email)
