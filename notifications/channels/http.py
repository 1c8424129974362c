"""Posts to other programs, signed as Standard Webhooks says it (standardwebhooks.com)."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import TracebackType
from typing import cast

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from notifications.channels.faults import NotAccepted, Postponed, Refused
from notifications.channels.outside import (
    BadUrl,
    LeadsInside,
    NoSuchHost,
    NotEncrypted,
    Target,
    find_addresses,
    read_url,
)
from notifications.kinds import Answer, Content, Post
from notifications.models import Message

# Of an answer, what is kept.
WORDS = 500
# It takes nothing any more, and says so.
GONE, GONE_WORDS = 410, "It answered that it is gone for good (410)."
NOT_THERE = (BadUrl, LeadsInside, NoSuchHost, NotEncrypted)


class Late(Exception):
    """There was no answer in time."""

    def __init__(self) -> None:
        super().__init__(f"It did not answer within {settings.WEBHOOK_SECONDS} seconds.")


class Poster:
    """A connection of its own for each post: who is called differs each time, and is looked up each time."""

    def __enter__(self) -> "Poster":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Nothing is kept open."""

    def build(self, message: Message, content: Content) -> Post:
        """The post as its kind wrote it; it is signed when it leaves."""
        return cast(Post, content)

    def send(self, post: Post) -> str:
        """Post it, tell what came of it, and raise NotAccepted unless the answer was one of success."""
        begin = time.monotonic()
        try:
            status, words, fault = *_post(post), ""
        except Exception as error:
            status, words, fault = None, "", _say(error)
        took = round(1000 * (time.monotonic() - begin))
        refusal = _judge(status, fault)
        post.heard(Answer(status, words, str(refusal or ""), took))
        if refusal:
            raise refusal
        return ""


def sign(post: Post) -> dict[str, str]:
    """The headers by which a receiver knows that it is ours, that it is fresh, and that it came before."""
    signatures = [Webhook(secret).sign(post.id, post.at, post.text) for secret in post.secrets]
    return {
        "webhook-id": post.id,
        "webhook-timestamp": str(int(post.at.timestamp())),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
        "user-agent": "POPS-Webhooks",
        "connection": "close",
    }


def _post(post: Post) -> tuple[int, str]:
    """The status of the answer, and how it began. What redirects is not followed: nobody judged where to."""
    target = read_url(post.url)
    addresses = find_addresses(target)
    with _watched() as line:
        connection = _connect(target, addresses, line)
        try:
            connection.request("POST", target.path, post.text.encode(), sign(post))
            answer = connection.getresponse()
            words = b""
            # It has answered: what is wrong with the rest of it is not our worry.
            with suppress(OSError, http.client.HTTPException, ValueError):
                words = answer.read(WORDS)
            return answer.status, _clean(words)
        finally:
            connection.close()


def _connect(target: Target, addresses: list[str], line: list[socket.socket]) -> http.client.HTTPConnection:
    """A connection to one of the addresses that were judged, and to no other that the name may have by now."""
    plain = _dial(addresses, target.port)
    line.append(plain)
    if not target.is_https:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = plain
        return connection
    connection = http.client.HTTPSConnection(target.host, target.port, context=_trust())
    connection.sock = _trust().wrap_socket(plain, server_hostname=target.host)
    line.append(connection.sock)
    return connection


def _dial(addresses: list[str], port: int) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), settings.WEBHOOK_SECONDS / len(addresses))
    return socket.create_connection((addresses[-1], port), settings.WEBHOOK_SECONDS)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextmanager
def _watched() -> Iterator[list[socket.socket]]:
    """Sockets that are cut off when time is up: who sends a byte now and then would hold a worker for hours."""
    line: list[socket.socket] = []
    late = threading.Event()

    def cut() -> None:
        late.set()
        for one in line:
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    timer = threading.Timer(settings.WEBHOOK_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield line
    except Exception as error:
        if late.is_set():
            raise Late from error
        raise
    finally:
        timer.cancel()


def _judge(status: int | None, fault: str) -> NotAccepted | None:
    if status is None:
        return Postponed(fault)
    if 200 <= status < 300:
        return None
    if status == GONE:
        return Refused(GONE_WORDS)
    if 300 <= status < 400:
        return Postponed(f"It answered with a redirect ({status}), which POPS doesn't follow.")
    return Postponed(f"It answered with status {status}.")


def _say(error: Exception) -> str:
    """What went wrong, in plain words for staff."""
    if isinstance(error, (*NOT_THERE, Late)):
        return str(error)
    if isinstance(error, TimeoutError):
        return str(Late())
    if isinstance(error, ssl.SSLError):
        return "Its certificate can't be trusted, or it speaks no https."
    if isinstance(error, http.client.HTTPException):
        return "What it answered is not HTTP."
    if isinstance(error, OSError):
        return "It can't be reached."
    return f"POPS could not post it ({type(error).__name__})."


def _clean(words: bytes) -> str:
    """The beginning of an answer as text that can be stored and shown."""
    text = words.decode(errors="replace")
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)[:WORDS]
