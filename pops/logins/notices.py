"""What POPS tells people about their sign-in. No name, no account, no other address: spouses may read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from notifications import kinds
from notifications.kinds import Content, Kind, NotWanted, Write
from notifications.models import Message
from pops.core.accounts.models import Guarantor
from pops.core.practice.look import Look, get_look
from pops.core.practice.selectors import get_practice
from pops.logins.models import EmailChange, PhoneChange

OVER = "over"
REASONS = {OVER: "The change was over before the mail was sent"}
# No secret is kept, and the mail is the same each time it is written. How long it is good, its row says.
_signer = Signer(salt="logins.new-address")


@dataclass(frozen=True)
class Words:
    """What a mail says. `{practice}` stands for the practice's name."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    button: str = ""


CONFIRM = Words(
    subject="Confirm your email address for {practice}",
    title="Is this your email address?",
    paragraphs=(
        "{practice} was asked to use this address for your account: to sign in, and for your receipts.",
        "Confirm it within three days. Until then nothing changes.",
        "If you know nothing of this, ignore this message. Nothing more is sent to you.",
    ),
    button="Confirm this address",
)
CODE = Words(
    subject="Your code to confirm this address at {practice}",
    title="Your code to confirm this address",
    paragraphs=(
        "Enter it on the page you have open. It works for one hour, once.",
        "{practice} was asked to use this address for an account: to sign in, and for receipts. Until the code is"
        " entered nothing changes.",
        "We never ask for this code by phone, text or email. If you know nothing of this, ignore this message.",
    ),
)
ASKED = Words(
    subject="Your email address at {practice} is to be changed",
    title="Your email address is to be changed",
    paragraphs=(
        "We were asked to use another email address for your account.",
        "Once it is confirmed there, sign-in codes and receipts go to it and no longer to this one.",
        "If you did not ask for this, tell us at once.",
    ),
)
CHANGED = Words(
    subject="Your email address at {practice} was changed",
    title="Your email address was changed",
    paragraphs=(
        "Sign-in codes and receipts of your account go to another address now. Who was signed in was signed out.",
        "If you did not ask for this, tell us at once.",
    ),
)
PHONE = Words(
    subject="A phone number was confirmed for your account at {practice}",
    title="A phone number was confirmed",
    paragraphs=(
        "A code was typed in that we had texted to it. Codes to sign in to your account can be sent there from now on.",
        "If you did not do this, tell us at once.",
    ),
)
GIVEN = Words(
    subject="Another person can open your account at {practice}",
    title="Another person can open your account",
    paragraphs=(
        "As we were asked, another person can now sign in to your account, see its bills and receipts, and pay.",
        "If you did not ask for this, tell us at once.",
    ),
)
TAKEN = Words(
    subject="A sign-in to your account at {practice} was ended",
    title="A sign-in to your account was ended",
    paragraphs=(
        "A person who could open your account no longer can.",
        "If you did not ask for this, tell us at once.",
    ),
)


def write(words: Words, look: Look, url: str = "", code: str = "") -> Content:
    """A mail in both parts, the same each time."""
    context = {
        "practice_name": look.name,
        "theme": look.theme,
        "title": words.title,
        "paragraphs": [text.format(practice=look.name) for text in words.paragraphs],
        "button": words.button,
        "url": url,
        "code": code,
        "phone": look.phone,
    }
    return Content(
        subject=words.subject.format(practice=look.name),
        text=render_to_string("logins/mail/notice.txt", context),
        html=render_to_string("logins/mail/notice.html", context),
        sender=look.name,
        reply_to=look.reply_to,
    )


def _write_confirm(change: EmailChange, look: Look) -> Content:
    return write(CONFIRM, look, f"{settings.SITE_URL}{reverse('new_address', args=[make_token(change)])}")


def _write_code(change: EmailChange, look: Look) -> Content:
    return write(CODE, look, code=make_code(change))


def _asks(write_of: Callable[[EmailChange, Look], Content]) -> Callable[[Sequence[Message]], Mapping[int, Write]]:
    """`prepare` of what asks the reader of a new address, while it can be confirmed."""

    def write_open(change: EmailChange, look: Look) -> Content:
        if change.confirmed_at or change.ended_at:
            raise NotWanted(OVER)
        return write_of(change, look)

    def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
        looks, changes = looks_of(messages), EmailChange.objects.in_bulk([message.about_id for message in messages])
        return {
            message.pk: partial(write_open, changes[message.about_id or 0], looks[message.pk]) for message in messages
        }

    return prepare


def _says(words: Words) -> Callable[[Sequence[Message]], Mapping[int, Write]]:
    def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
        looks = looks_of(messages)
        return {message.pk: partial(write, words, looks[message.pk]) for message in messages}

    return prepare


def looks_of(messages: Sequence[Message]) -> dict[int, Look]:
    """Those of the accounts that the mails are about."""
    practice = get_practice()
    accounts = Guarantor.objects.select_related("group").in_bulk([message.guarantor_id for message in messages])
    groups = {key: account.group for key, account in accounts.items()}
    return {message.pk: get_look(practice, groups.get(message.guarantor_id or 0)) for message in messages}


def _prepare_phone_codes(messages: Sequence[Message]) -> Mapping[int, Write]:
    """Texts alone, while the code can be typed in."""

    def write_open(change: PhoneChange, look: Look) -> Content:
        if change.state != PhoneChange.State.WAITING:
            raise NotWanted(OVER)
        words = "is your code to confirm this number. If you know nothing of this, ignore it."
        return Content(subject="", text=f"{look.name}: {make_code(change)} {words}")

    looks, changes = looks_of(messages), PhoneChange.objects.in_bulk([message.about_id for message in messages])
    return {message.pk: partial(write_open, changes[message.about_id or 0], looks[message.pk]) for message in messages}


ADDRESS_CONFIRM = kinds.declare(
    Kind(
        name="address_confirm",
        label="Confirm a new address",
        prepare=_asks(_write_confirm),
        reasons=REASONS,
    )
)
ADDRESS_CODE = kinds.declare(
    Kind(
        name="address_code",
        label="Code for a new address",
        prepare=_asks(_write_code),
        reasons=REASONS,
    )
)
ADDRESS_ASKED = kinds.declare(Kind(name="address_asked", label="Address to be changed", prepare=_says(ASKED)))
ADDRESS_CHANGED = kinds.declare(Kind(name="address_changed", label="Address changed", prepare=_says(CHANGED)))
PHONE_CODE = kinds.declare(
    Kind(
        name="phone_code",
        label="Code for a phone number",
        prepare=_prepare_phone_codes,
        reasons=REASONS,
        is_code=True,
    )
)
PHONE_USED = kinds.declare(Kind(name="phone_used", label="Phone number confirmed", prepare=_says(PHONE)))
ACCESS_GIVEN = kinds.declare(Kind(name="access_given", label="Another person's sign-in", prepare=_says(GIVEN)))
ACCESS_TAKEN = kinds.declare(Kind(name="access_taken", label="Sign-in ended", prepare=_says(TAKEN)))


def make_token(change: EmailChange) -> str:
    """What stands in the link by which an address is confirmed."""
    return _signer.sign(str(change.pk))


def read_token(token: str) -> int:
    """The id of the change that a link is about; 0 when it is forged."""
    try:
        return int(_signer.unsign(token))
    except BadSignature:
        return 0


def make_code(change: EmailChange | PhoneChange) -> str:
    """Six digits that only the reader of the new address or phone gets, the same each time."""
    salt = "logins.new-address-code" if isinstance(change, EmailChange) else "logins.new-phone-code"
    digest = salted_hmac(salt, str(change.pk), algorithm="sha256").digest()
    return f"{int.from_bytes(digest) % 1_000_000:06}"


def is_code_of(change: EmailChange | PhoneChange, code: str) -> bool:
    """Whether this is the change's code, as people type it."""
    said = "".join(char for char in code if char.isalnum())
    return change.by_code and constant_time_compare(said, make_code(change))
