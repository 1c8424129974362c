"""How balance notices are asked for and told."""

from notifications.models import Message
from pops.web.api.fields import Choice, Flag, MomentField, Shape, Text, Whole

CHANNELS, STATES = Message.Channel.choices, Message.State.choices


class BalanceNoticeBody(Shape):
    """To whom, by which way, and for a text whether they agreed to it."""

    account_number = Text(max_length=20)
    channel = Choice(choices=CHANNELS)
    has_agreed = Flag(
        default=False, help_text="They said that the number is theirs and agree to texts. It is kept as their consent."
    )


class BalanceNoticeShape(Shape):
    """A guarantor told what is due, and what became of the message."""

    id = Whole()
    account_number = Text(source="guarantor.account_number")
    channel = Choice(choices=CHANNELS)
    made_at = MomentField()
    is_asked = Flag(help_text="Asked for by somebody, not sent by the group's days after a statement.")
    statement_number = Text(
        source="statement.number", default=None, allow_null=True, help_text="Which one it followed."
    )
    state = Choice(choices=STATES, allow_null=True, help_text="Of its message.")
    reason = Text(help_text="Why it was not sent; empty for one that was.")
    sent_at = MomentField(allow_null=True)


NOTICE = {
    "id": 12,
    "account_number": "00123",
    "channel": "email",
    "made_at": "2026-11-30T17:05:00Z",
    "is_asked": True,
    "statement_number": None,
    "state": "queued",
    "reason": "",
    "sent_at": None,
}
