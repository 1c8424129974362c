"""Texts: a row as it goes out, and Twilio, which takes it."""

import os
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.conf import settings
from django.urls import reverse
from requests.utils import get_environ_proxies
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.channels.faults import Refused, Unreachable, judge
from notifications.kinds import Content, get_kind
from notifications.models import Message

# States of a text that will never arrive.
OVER = ("failed", "undelivered", "canceled")


@dataclass(frozen=True)
class Text:
    """A text as Twilio is told of it. `sender`: a number of ours, or a messaging service (MG...)."""

    to: str
    body: str
    sender: str
    status_callback: str


def build_text(message: Message, content: Content) -> Text:
    """The text of an outbox row. Codes may have a sender of their own, so that STOP to notices stops none at Twilio."""
    is_code = get_kind(message.kind).is_code
    return Text(
        to=message.to,
        body=content.text,
        sender=settings.TWILIO_CODES_FROM if is_code else settings.TWILIO_FROM,
        status_callback=f"{settings.SITE_URL}{reverse('text_status', args=[message.pk])}",
    )


class TextService:
    """Twilio, over one connection that is kept between texts."""

    build = staticmethod(build_text)

    def __init__(self) -> None:
        self._client: Client | None = None

    def __enter__(self) -> "TextService":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._hang_up()

    def send(self, text: Text) -> str:
        """Hand a text over. Twilio's ID for it. Raises NotAccepted."""
        if not settings.TEXTS_ARE_ON:
            raise Unreachable("Texts are not set up: POPS has no account at Twilio.")
        try:
            taken = self._ready().messages.create(
                to=text.to, body=text.body, status_callback=text.status_callback, **_from(text.sender)
            )
        except Exception as error:
            fault = judge(error)
            if isinstance(fault, Unreachable):
                self._hang_up()
            raise fault from None  # Twilio's own words name the number
        if taken.status in OVER:
            raise Refused("The text service did not take it for this number.")
        return str(taken.sid)

    def _ready(self) -> Client:
        if self._client is None:
            line = TwilioHttpClient(timeout=settings.EMAIL_TIMEOUT, proxy=get_environ_proxies(settings.TWILIO_API_BASE))
            # Proxies and certificates are asked for once; requests would look through the environment for each text.
            line.session.trust_env = False
            line.session.verify = os.environ.get("REQUESTS_CA_BUNDLE", True)
            self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=line)
            self._client.api.base_url = settings.TWILIO_API_BASE
        return self._client

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.http_client.session.close()
            self._client = None


def _from(sender: str) -> dict[str, Any]:
    return {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
