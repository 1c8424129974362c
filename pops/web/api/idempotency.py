"""Writes that are sent twice are done once: the copy gets the first answer.

The row that remembers an answer is written in the transaction of what the call writes. A copy that comes meanwhile
waits before all else, then finds the answer. A call that is refused leaves no row, and nothing else.

What asks the card processor can't do so, as no transaction stays open over that. There the row is committed first, and
the service itself does its work once, by the id that `get_attempt_id` makes of the key. What the processor refuses for
good is an answer, and is said again. Where it wasn't asked, a call that is refused takes its row away again.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property, wraps
from typing import Any

from django.db import connection
from django.http import HttpResponse
from rest_framework.response import Response

from pops.core.transactions import Told, along, whole
from pops.web.api.models import SentCall
from pops.web.api.parsing import ApiJSONRenderer
from pops.web.api.problems import Problem, find_problem
from pops.web.problems import CONTENT_TYPE

# At least a day, as callers are told; some more, so that a retry the next morning is one too.
KEPT = dt.timedelta(days=3)
KEY_LETTERS = 255
CALL = "%s, %s, %s, %s"
# Of an answer, what is said again.
HEADERS = ("Location", "ETag")

Handler = Callable[..., Response]


def once(
    handler: Handler | None = None,
    *,
    asks_stripe: bool | Callable[[Any], bool] = False,
    tells_secret: bool = False,
    tells_words: bool = False,
) -> Any:
    """A method that writes: in one transaction, and under the same Idempotency-Key once.

    `asks_stripe` says whether it asks the card processor, or whether this call of the view does. POST takes a key. What
    is named by its address (PUT, PATCH, DELETE) is the same however often it is sent: there a key may be left out. An
    answer that `tells_secret` is not kept: a copy does the work again, which does nothing for who says the same secret
    again, made of `get_call_id`. One that `tells_words` of visits is said again only to a key that sees as much: for
    another one of the account it is another call.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(view: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            key = _read_key(request)
            sees = view.sees_confidential if tells_words else None
            work = _Work(view, key, lambda: handler(view, request, *args, **kwargs), keeps=not tells_secret, sees=sees)
            by_stripe = asks_stripe(view) if callable(asks_stripe) else asks_stripe
            if key is None:
                return work.do_unkeyed(in_transaction=not by_stripe)
            return work.do_by_stripe() if by_stripe else work.do()

        answer.is_once = True  # type: ignore[attr-defined]  # a test asks each method that writes
        return answer  # type: ignore[return-value]  # a first answer said again is as it was sent

    return decorate if handler is None else decorate(handler)


def get_attempt_id(view: Any) -> uuid.UUID:
    """The same id for the same account and Idempotency-Key: by it a service knows that it has done its work."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"pops api {view.account.pk} {view.request.headers['Idempotency-Key']}")


def get_call_id(view: Any) -> str:
    """What a call and its copies have in common until it is forgotten: then its Idempotency-Key is a new one again.

    With its moment: after a backup was restored, the row's number may come again.
    """
    sent = SentCall.objects.only("sent_at").get(account_id=view.account.pk, key=view.request.headers["Idempotency-Key"])
    return f"api call {sent.pk} of {sent.sent_at.isoformat()}"


def forget_calls(*, now: dt.datetime) -> int:
    """Delete the answers that nobody asks for again; how many they were."""
    deleted, _ = SentCall.objects.filter(sent_at__lt=now - KEPT).delete()
    return deleted


def _read_key(request: Any) -> str | None:
    """Raises Problem 400 where it is missing and needed, or is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None and request.method == "POST":
        words = "Send an Idempotency-Key: a text drawn at random for this call, the same again when you repeat it."
        raise Problem(400, "key_header_missing", words)
    if key is not None and not (0 < len(key) <= KEY_LETTERS and key.isascii() and key.isprintable()):
        raise Problem(400, "key_header_unfit", f"An Idempotency-Key has 1 to {KEY_LETTERS} plain letters and digits.")
    return key


def _kind(status: int) -> str:
    return CONTENT_TYPE if status >= 400 else ApiJSONRenderer.media_type


class _Work:
    """One call under its key."""

    def __init__(
        self, view: Any, key: str | None, job: Callable[[], Response], *, keeps: bool, sees: bool | None
    ) -> None:
        self.view, self.key, self.job, self.keeps, self.sees = view, key, job, keeps, sees

    def do_unkeyed(self, *, in_transaction: bool) -> Response:
        if not in_transaction:
            return self.job()
        with whole():
            return self.job()

    def do(self) -> HttpResponse:
        """In one transaction with the row that remembers the answer. Whether it is the first is found on the way."""
        try:
            with whole(), self._begin():
                response = self.job()
                if self.keeps and not self._write(response, "api_answer", self.view.now):
                    raise Told
        except Told:  # it is not the first under its key
            with whole():
                return self._say_again(SentCall.objects.get(**self._who()))
        return response

    def _begin(self) -> AbstractContextManager[None]:
        """Have the first question of the job look whether there was such a call, and wait for one that is at work."""
        if self.keeps:
            return along("SELECT api_begin(%s, %s)", [self.view.account.pk, self.key])
        return along(f"SELECT api_claim_along({CALL})", self._call())

    def do_by_stripe(self) -> HttpResponse:
        """The row first, so that another body under the key is seen; the answer once there is one."""
        is_first = self._claim()
        if not is_first:
            sent = SentCall.objects.filter(**self._who()).first()
            if sent is None:  # the first call was refused meanwhile, and took its row away
                return self.do_by_stripe()
            if sent.status is not None or bytes(sent.asked) != self.asked:
                return self._say_again(sent)
        try:
            response = self.job()
        except Exception as failure:
            if is_first and find_problem(failure):  # a copy's row is that of a call which may be at Stripe just now
                SentCall.objects.filter(**self._who(), status=None).delete()
            raise
        self._keep_somehow(response)
        return response

    def _who(self) -> dict[str, Any]:
        return {"account_id": self.view.account.pk, "key": self.key}

    def _claim(self) -> bool:
        """Whether this is the first call under its key. One that is at work meanwhile is waited for here."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT api_claim({CALL})", self._call())
            return bool(cursor.fetchone()[0])

    def _call(self) -> tuple[Any, ...]:
        return self.view.account.pk, self.key, self.asked, self.view.now

    @cached_property
    def asked(self) -> bytes:
        """What tells this call from another one under the same key. Of a body of megabytes it is made once."""
        request = self.view.request
        body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
        seen = "" if self.sees is None else f"\nsees confidential: {self.sees}"
        return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{body}{seen}".encode()).digest()

    def _keep_somehow(self, response: HttpResponse) -> None:
        """Also of a copy whose first call was refused meanwhile, and took the row away."""
        if not self._keep(response) and self._claim():
            self._keep(response)

    def _keep(self, response: HttpResponse) -> bool:
        """Whether the key is still this call's: another one may have it once a first call was refused."""
        return self._write(response, "api_keep")

    def _write(self, response: HttpResponse, function: str, *more: Any) -> bool:
        """Write down the answer, and give what the function in once.sql says."""
        headers = {name: response[name] for name in HEADERS if name in response}
        body = _render(response) if isinstance(response, Response) else response.content
        with connection.cursor() as cursor:
            call = (self.view.account.pk, self.key, self.asked)
            answer = (response.status_code, body, json.dumps(headers), *more)
            cursor.execute(
                f"SELECT {function}(%s, %s, %s, %s::smallint, %s, %s::jsonb{', %s' * len(more)})", (*call, *answer)
            )
            return bool(cursor.fetchone()[0])

    def _say_again(self, sent: SentCall) -> HttpResponse:
        if bytes(sent.asked) != self.asked:
            words = "This Idempotency-Key was used for another call. Draw a new one for each."
            raise Problem(422, "key_reused", words)
        if not self.keeps:
            response = self.job()
            response["Idempotency-Replayed"] = "true"
            return response
        headers = {**sent.headers, "Idempotency-Replayed": "true"}
        status = sent.status or 0
        return HttpResponse(bytes(sent.body), status=status, headers=headers, content_type=_kind(status))


def _render(response: Response) -> bytes:
    """The body of an answer, sent as it is kept: made once."""
    if response.data is None:
        return b""
    response.content = ApiJSONRenderer().render(response.data)
    response["Content-Type"] = _kind(response.status_code)
    return bytes(response.content)
