"""The ways a message leaves, each a carrier."""

from types import TracebackType
from typing import Any, Protocol

from notifications.kinds import Content
from notifications.models import Message


class Carrier(Protocol):
    """What takes messages of a channel, over one connection that is opened when the first needs it."""

    def __enter__(self) -> "Carrier": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def build(self, message: Message, content: Content, /) -> Any:
        """The message of an outbox row as this channel has it, the same each time."""

    def send(self, built: Any, /) -> str:
        """Hand it over. The provider's ID for it, empty where there is none. Raises faults.NotAccepted."""
