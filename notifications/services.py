"""The outbox: put messages in, once more when staff ask for it, moved on by the provider's news."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf

from notifications.kinds import Content, Kind
from notifications.models import Message
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse
from pops.core.work import Nudger

State, Lane, Channel = Message.State, Message.Lane, Message.Channel

# By name: tasks stand above services. One task takes all that is due in its lane by its channel.
nudgers = {
    (lane, channel): Nudger("notifications.tasks.deliver", lane.value, channel.value, queue=lane.value)
    for lane in Lane
    for channel in Channel
}


def nudge_on_commit(lane: Message.Lane = Lane.MAIL, channel: Message.Channel = Channel.EMAIL) -> None:
    """Have a worker look into the outbox once this transaction is committed."""
    # robust: whatever happens to the nudge, the row is kept, and the sweep finds it.
    transaction.on_commit(nudgers[lane, channel].nudge, robust=True)


def new_message_id() -> str:
    """A Message-ID of this practice's messages."""
    return f"<{uuid.uuid4()}@{settings.MESSAGE_ID_DOMAIN}>"


def post_content(*, kind: Kind, to: str, content: Content, channel: Message.Channel = Channel.EMAIL) -> Message:
    """Put a message that nothing else remembers into the fast lane. Its content is forgotten once it is sent."""
    message = Message.objects.create(
        kind=kind.name,
        channel=channel,
        lane=Lane.URGENT,
        to=to,
        state=State.QUEUED,
        content=asdict(content),
        message_id=new_message_id(),
    )
    nudge_on_commit(Lane.URGENT, channel)
    return message


@dataclass(frozen=True)
class Letter:
    """A message of a guarantor's to be posted: where it goes, and the number of what it is about."""

    to: str
    guarantor: Guarantor
    about_id: int


def post_message(
    *,
    kind: Kind,
    to: str,
    guarantor: Guarantor,
    about_id: int,
    lane: Message.Lane = Lane.MAIL,
    channel: Message.Channel = Channel.EMAIL,
) -> Message:
    """Put a message of a guarantor's into the outbox, which its kind writes when it is sent."""
    [message] = post_messages(kind=kind, letters=[Letter(to, guarantor, about_id)], lane=lane, channel=channel)
    return message


def post_messages(
    *,
    kind: Kind,
    letters: Sequence[Letter],
    lane: Message.Lane = Lane.MAIL,
    channel: Message.Channel = Channel.EMAIL,
) -> list[Message]:
    """Put messages of one kind to several guarantors into the outbox, in one statement."""
    messages = [
        Message(
            kind=kind.name,
            channel=channel,
            lane=lane,
            about_id=letter.about_id,
            guarantor=letter.guarantor,
            to=letter.to,
            state=State.QUEUED,
            message_id=new_message_id(),
        )
        for letter in letters
    ]
    if messages:
        Message.objects.bulk_create(messages)
        nudge_on_commit(lane, channel)
    return messages


# --- Sending again --------------------------------------------------------------------------------------------


def why_not_send_again(message: Message) -> Refused | None:
    """Why a message can't be sent once more, as far as the outbox knows."""
    if message.state in Message.WAITING:
        return Refused("still_waiting", "This email is still on its way.")
    if not message.can_be_sent_again:
        return Refused("sent_again_before", "This email was sent again before. Once is all.")
    return None


def lock_for_copy(*, message_id: int) -> Message:
    """A message that may be sent once more, held until the end of the transaction.

    Raises Refused, and Message.DoesNotExist.
    """
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    refuse(why_not_send_again(message))
    return message


def copy_message(message: Message, *, to: str, reason: str, by: User) -> Message:
    """Queue a locked message once more, to an address that may have changed. Who, when and why are kept."""
    copy = Message.objects.create(
        kind=message.kind,
        about_id=message.about_id,
        guarantor_id=message.guarantor_id,
        channel=message.channel,
        lane=message.lane,
        to=to,
        state=State.QUEUED,
        message_id=new_message_id(),
        copy_of=message,
        copy_reason=reason,
        copied_by=by,
    )
    nudge_on_commit(Lane(message.lane), Channel(message.channel))
    return copy


def hold_back(*, why: str, now: dt.datetime) -> int:
    """Stop all that waits, such as what a restored backup would send a second time. Staff can send it again."""
    waiting = Message.objects.filter(state__in=Message.WAITING)
    return waiting.update(state=State.FAILED, ended_at=now, error=why, content=None)


# --- What became of it ------------------------------------------------------------------------------------------

# States only move on: news that comes late or twice changes nothing. Providers report mail that bounced after it
# was taken, and readers who complain about what they got.
ON_THE_WAY = [State.QUEUED, State.SENDING, State.SENT]
MOVES_FROM = {
    State.DELIVERED: ON_THE_WAY,
    State.BOUNCED: [*ON_THE_WAY, State.DELIVERED],
    State.FAILED: [*ON_THE_WAY, State.DELIVERED],
    State.COMPLAINED: [*ON_THE_WAY, State.DELIVERED, State.BOUNCED],
}


@dataclass(frozen=True)
class DeliveryNews:
    """What a provider reports about a message. It names our row, or the message by its own ID."""

    state: Message.State
    at: dt.datetime
    message_id: int | None
    provider_id: str
    error: str


def note_news(*, news: DeliveryNews) -> bool:
    """Move the row on to what the provider reports. False when there is none or it knows better.

    A worker that died before it noted that the provider took the message is made up for: the row leaves the queue.
    """
    found = Q(pk=news.message_id)
    if news.message_id is None:
        found = Q(provider_id=news.provider_id) | Q(message_id=news.provider_id) if news.provider_id else Q(pk=None)
    moved = Message.objects.filter(found, state__in=MOVES_FROM[news.state]).update(
        state=news.state,
        sent_at=Coalesce("sent_at", Value(news.at)),
        ended_at=news.at,
        error=news.error,
        content=None,
        provider_id=Coalesce(NullIf("provider_id", Value("")), Value(news.provider_id)),
    )
    return moved == 1
