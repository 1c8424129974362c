"""A real SMTP server for the tests, which misbehaves when told to."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

# It tells every line of every conversation otherwise.
logging.getLogger("mail.log").setLevel(logging.WARNING)

ACCEPT = "250 OK"
HANG = "hang"
DROP = "drop"
ACCEPT_AND_DROP = "accept and drop"


@dataclass(frozen=True)
class Accepted:
    """A mail the server took responsibility for."""

    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class MailServer:
    """Accepts mail on a port of its own. `answer` decides about each mail after DATA, `rcpt` about each address."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.connections = 0
        self.answer: Callable[[str], str] = lambda to: ACCEPT
        self.rcpt: Callable[[str], str] = lambda to: ACCEPT
        self.hang_seconds = 2.0
        self.before_answering: threading.Event | None = None
        self.port = free_port()
        self._controller: Controller | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, timeout=60)
        self._controller.start()

    def stop(self) -> None:
        """Connections are refused from now on."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    # --- aiosmtpd asks these ------------------------------------------------------------------------------

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        with self._lock:
            self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        answer = self.rcpt(address)
        if answer == ACCEPT:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        answer = self.answer(to)
        if answer == HANG:
            await asyncio.sleep(self.hang_seconds)
            answer = DROP
        if answer in (ACCEPT, ACCEPT_AND_DROP):
            with self._lock:
                self.accepted.append(Accepted(to, envelope.original_content))
        if self.before_answering:
            await asyncio.to_thread(self.before_answering.wait, 60)
        if answer in (DROP, ACCEPT_AND_DROP):
            server.transport.abort()
            return "421 gone"
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
