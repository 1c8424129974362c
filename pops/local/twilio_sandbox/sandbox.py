"""The server: Twilio's Messages resource, its numbers that fail, STOP by sender, and its signed webhooks."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import queue
import re
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator

from pops.local.stripe_sandbox.server import Server
from pops.local.stripe_sandbox.types import HttpReply, HttpRequest
from pops.local.twilio_sandbox.store import KeptText, Store

ACCOUNT_SID, AUTH_TOKEN, NUMBER = "ACsandbox", "sandbox-token", "+13125550100"
VERSION = "2010-04-01"
MESSAGES = re.compile(rf"/{VERSION}/Accounts/([^/]+)/Messages\.json")
# An answer of a reader, as the demo's page of texts sends it: Twilio has phones instead.
ANSWERS = "/sandbox/answers"
NUMBER_FORM = re.compile(r"\+[1-9]\d{6,14}")
# Twilio's own numbers for trying what fails.
FAILING = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550009": 21614}
# And of ours: taken, but never delivered.
UNDELIVERED = {"+15005550005": "30005", "+15005550007": "30006"}
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
TIMEOUT = 20
News = tuple[str, dict[str, str]]


class TwilioSandbox:
    """Listens on 127.0.0.1 until it is closed. Webhooks go out one by one, in a thread of their own."""

    def __init__(
        self,
        *,
        data_dir: Path,
        port: int = 0,
        incoming_url: str = "",
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
    ) -> None:
        self.account_sid, self.auth_token, self.incoming_url = account_sid, auth_token, incoming_url
        self.store = Store(data_dir)
        # What goes wrong with a text to a number, for tests.
        self.fault: Callable[[str], HttpReply | None] = lambda to: None
        self._server = Server(port, self.answer)
        self._news: queue.Queue[News | None] = queue.Queue()

    def __enter__(self) -> TwilioSandbox:
        self._server.start()
        threading.Thread(target=self._tell_all, daemon=True, name="twilio-sandbox-webhooks").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._news.put(None)
        self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: HttpRequest) -> HttpReply:
        """Answer one request."""
        if request.method == "GET":
            return HttpReply(200, b"Twilio sandbox\n", content_type="text/plain")
        if not self._is_let_in(request):
            return _refuse(401, 20003, "Authenticate")
        form = dict(parse_qsl(request.body, keep_blank_values=True))
        if request.method == "POST" and request.path == ANSWERS:
            return self._take_answer(form)
        found = MESSAGES.fullmatch(request.path)
        if request.method != "POST" or not found or found[1] != self.account_sid:
            return _refuse(404, 20404, "The requested resource was not found")
        return self._take_text(form)

    def _is_let_in(self, request: HttpRequest) -> bool:
        login = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        return hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {login}")

    def _take_text(self, form: dict[str, str]) -> HttpReply:
        to, sender = form.get("To", ""), form.get("From") or form.get("MessagingServiceSid", "")
        if fault := self.fault(to):
            return fault
        refusal = self._why_not_send(to, sender, form.get("Body", ""))
        if refusal:
            return _refuse(400, refusal, f"Message to '{to}' can't be created.")
        text = self.store.keep(KeptText(to=to, sender=sender, body=form["Body"]))
        if form.get("StatusCallback"):
            self._tell_states(text, form["StatusCallback"])
        return HttpReply(201, json.dumps(self._resource(text, form)).encode())

    def _why_not_send(self, to: str, sender: str, body: str) -> int:
        if not sender:
            return 21603
        if not to:
            return 21604
        if not body:
            return 21602
        if not NUMBER_FORM.fullmatch(to):
            return 21211
        return FAILING.get(to, 21610 if self.store.is_stopped(sender, to) else 0)

    def _tell_states(self, text: KeptText, url: str) -> None:
        error = UNDELIVERED.get(text.to, "")
        for state in ("sent", "undelivered" if error else "delivered"):
            facts = {"MessageSid": text.sid, "MessageStatus": state, "To": text.to, "From": text.sender}
            facts |= {"AccountSid": self.account_sid, "SmsSid": text.sid, "SmsStatus": state, "ApiVersion": VERSION}
            self._news.put((url, {**facts, "ErrorCode": error} if error and state != "sent" else facts))

    def _take_answer(self, form: dict[str, str]) -> HttpReply:
        """From a reader's phone to one of our numbers. Told to the product as soon as this is answered."""
        text = self.store.keep(KeptText(to=form["To"], sender=form["From"], body=form["Body"], is_answer=True))
        said = text.body.strip().upper()
        if said in STOP | START:
            self.store.set_stopped(text.to, text.sender, stopped=said in STOP)
        facts = {"MessageSid": text.sid, "AccountSid": self.account_sid, "From": text.sender, "To": text.to}
        self._news.put((self.incoming_url, {**facts, "Body": text.body, "NumMedia": "0", "ApiVersion": VERSION}))
        return HttpReply(202)

    def _resource(self, text: KeptText, form: dict[str, str]) -> dict[str, object]:
        uri = f"/{VERSION}/Accounts/{self.account_sid}/Messages/{text.sid}"
        now = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        return {
            "account_sid": self.account_sid,
            "api_version": VERSION,
            "body": text.body,
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": text.to,
            "uri": f"{uri}.json",
        }

    def _tell_all(self) -> None:
        while (news := self._news.get()) is not None:
            url, facts = news
            said = self._tell(url, facts)
            if said and "Body" in facts and not self.store.is_stopped(facts["To"], facts["From"]):
                self.store.keep(KeptText(to=facts["From"], sender=facts["To"], body=said))

    def _tell(self, url: str, facts: dict[str, str]) -> str:
        """Post a signed webhook; the words it is answered with. Who isn't there isn't told again, as at Twilio."""
        signature = RequestValidator(self.auth_token).compute_signature(url, facts)
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        request = urllib.request.Request(url, urlencode(facts).encode(), headers)  # noqa: S310  the demo's own
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                body = answer.read()
        except OSError:
            return ""
        return ElementTree.fromstring(body).findtext("Message", "") if body else ""  # noqa: S314


def _refuse(status: int, code: int, words: str) -> HttpReply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": words, "more_info": more, "status": status}
    return HttpReply(status, json.dumps(body).encode())
