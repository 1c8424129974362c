"""Passwords of staff by a mailed link: for who forgot theirs, and for who is new. It works for a day, once.

Nobody learns by asking whether an address is that of staff: the answer and the work are the same.
"""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from notifications.services import post_content
from pops.core.access.models import User
from pops.core.practice.look import get_look
from pops.core.practice.models import Practice
from pops.core.refusals import Refused, refuse
from pops.logins.notices import Words, write
from pops.web.sign_in.codes import is_limited, taken_back
from pops.web.sign_in.limits import PASSWORD_MAILS
from pops.web.sign_in.notices import STAFF

FORGOTTEN = Words(
    subject="A new password for the back office of {practice}",
    title="Choose a new password",
    paragraphs=(
        "Somebody asked for a new password for your sign-in to the back office.",
        "The link works for a day, once. Your authenticator app is asked for afterwards, as always.",
        "If it wasn't you, ignore this message: your password stays as it is.",
    ),
    button="Choose a password",
)
WELCOME = Words(
    subject="Your sign-in to the back office of {practice}",
    title="Choose your password",
    paragraphs=(
        "You can sign in to the back office of {practice} now.",
        "Choose a password first. The link works for a day, once; after that, ask for another where staff sign in.",
        "At your first sign-in you set up an authenticator app.",
    ),
    button="Choose a password",
)
CHANGED = Words(
    subject="Your password for the back office of {practice} was changed",
    title="Your password was changed",
    paragraphs=(
        "Who was signed in with the old one was signed out.",
        "If you did not do this, tell an administrator of the practice at once.",
    ),
)


def send_forgotten(*, email: str) -> None:
    """Mail a link to who forgot their password, if they are staff and were not sent too many."""
    user = User.objects.filter(email=email.strip().lower(), is_staff=True, is_active=True).first()
    is_flooded = is_limited(PASSWORD_MAILS, email)
    with transaction.atomic(), taken_back(unless=user is not None and not is_flooded):
        _post_link(FORGOTTEN, user or User(pk=0, email=email, password="!"))  # noqa: S106  that of nobody


def why_not_send(user: User) -> Refused | None:
    """Why somebody gets no link to choose a password."""
    if not user.is_staff:
        return Refused("no_staff", "Guarantors have no password: they sign in by a code.")
    return None if user.is_active else Refused("inactive", "This login is switched off. Switch it on first.")


def send_welcome(*, user: User) -> None:
    """Mail the link by which a member of staff chooses a password, their first one or another. Raises Refused."""
    refuse(why_not_send(user))
    _post_link(WELCOME, user)


def tell_changed(*, user: User) -> None:
    """Tell somebody that their password was changed."""
    post_words(CHANGED, user)


def post_words(words: Words, user: User, *, url: str = "") -> None:
    """Mail something to a member of staff, in the practice's name."""
    practice = Practice.objects.first() or Practice(name="POPS")
    post_content(kind=STAFF, to=user.email, content=write(words, get_look(practice, None), url))


def _post_link(words: Words, user: User) -> None:
    facts = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    post_words(words, user, url=f"{settings.SITE_URL}{reverse('staff_password_link', args=facts)}")
