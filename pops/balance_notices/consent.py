"""How a guarantor wants to be told what is due, and their consent to texts."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from notifications.stops import find_stopped
from pops.balance_notices.models import TextConsent
from pops.core.access.models import User
from pops.core.accounts import profile
from pops.core.accounts.holding import hold_account
from pops.core.accounts.models import Guarantor
from pops.core.phones import spoken, text_number
from pops.core.practice.look import get_look
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse

Channel, Place = Guarantor.NoticeChannel, TextConsent.Place
WORDS = (
    "I agree that {practice} texts me about my bill at {phone}, automatically, as often as my statements call for. "
    "Message and data rates may apply. I can reply STOP at any time to end it, and HELP for help. "
    "I don't have to agree in order to be treated or to pay."
)


def get_consent_words(guarantor: Guarantor) -> str:
    """What somebody agrees to who wants notices by text: kept as it was shown."""
    look = get_look(get_practice(), guarantor.group)
    return WORDS.format(practice=look.name, phone=spoken(text_number(guarantor.phone)))


def find_ways(guarantor: Guarantor) -> list[Guarantor.NoticeChannel]:
    """By which ways notices can come to this guarantor."""
    return [channel for channel in Channel if why_not_choose(guarantor, channel) is None]


def why_not_choose(guarantor: Guarantor, channel: str) -> Refused | None:
    """Why notices can't come this way."""
    if channel == Channel.TEXT and (refusal := why_not_text(guarantor)):
        return refusal
    return profile.why_not_choose_notices(guarantor, channel)


def why_not_text(guarantor: Guarantor) -> Refused | None:
    """Why no notice can be texted to the number on file."""
    number = text_number(guarantor.phone)
    if not (settings.TEXTS_ARE_ON and guarantor.group.text_notices):
        return Refused("no_texts", "Notices are not sent by text here.")
    if not number:
        return Refused("no_number", "The phone number on file takes no texts.")
    if find_stopped([number]):
        return Refused("stopped", f"{spoken(number)} answered STOP. Texts go there again once it answers START{_to()}.")
    return None


def has_consented(guarantor: Guarantor) -> bool:
    """Whether the guarantor agreed to texts to the number that is on file now."""
    return guarantor.text_consents.filter(phone=guarantor.phone).exists()


def choose_notices(*, guarantor_id: int, channel: str, network: str | None, now: dt.datetime, by: User) -> None:
    """Keep how notices are to come; for texts, the consent to them as it was shown. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_choose(guarantor, channel))
        profile.choose_notices(guarantor_id=guarantor_id, channel=channel, now=now, by=by)
        if channel == Channel.TEXT:
            keep_consent(guarantor, Place.PROFILE, network=network, now=now, by=by)


def keep_consent(guarantor: Guarantor, place: str, *, network: str | None = None, now: dt.datetime, by: User) -> None:
    """Keep what a guarantor of a held account agreed to: the words, when and where. Nothing, where they did before."""
    if has_consented(guarantor):
        return
    TextConsent.objects.create(
        guarantor=guarantor,
        phone=guarantor.phone,
        number=text_number(guarantor.phone),
        words=get_consent_words(guarantor),
        place=place,
        network=network,
        given_at=now,
        taken_by=by,
    )


def _to() -> str:
    """The number that START is answered to, where it is one."""
    return f" to {spoken(settings.TWILIO_FROM)}" if settings.TWILIO_FROM.startswith("+") else ""
