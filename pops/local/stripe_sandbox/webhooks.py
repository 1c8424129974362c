"""Webhooks: signed, delivered in the background in no order, tried again until a 2xx."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import queue
import threading
import time
from urllib.parse import urlsplit

from pops.local.stripe_sandbox.core import render
from pops.local.stripe_sandbox.store import Store

log = logging.getLogger("stripe_sandbox")
WORKERS = 4
TIMEOUT = 20
LONGEST_PAUSE = 300.0


def signature(secret: str, payload: bytes, timestamp: int) -> str:
    """The `Stripe-Signature` header for a payload."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


class Webhooks:
    """Delivers events of the store to one URL. Times are in seconds; `retry` is the first pause, then doubled."""

    def __init__(self, url: str, secret: str, *, delay: float = 0.0, retry: float = 1.0) -> None:
        self.url, self.secret, self.delay, self.retry = url, secret, delay, retry
        self.store: Store | None = None
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()
        self._paused = self._drop = self._stopped = False
        self._held: list[str] = []

    def start(self, store: Store) -> None:
        """Begin to deliver, first what an earlier run left undelivered."""
        self.store, self._stopped = store, False
        for _ in range(WORKERS):
            threading.Thread(target=self._work, daemon=True, name="stripe-sandbox-webhooks").start()
        for event in reversed(store.newest_first("event")):
            if event["pending_webhooks"]:
                self.publish(event["id"])

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            timers, self._timers, self._held = self._timers, set(), []
        for timer in timers:
            timer.cancel()
        for _ in range(WORKERS):
            self._queue.put(None)

    def publish(self, event_id: str, pause: float | None = None) -> None:
        """Deliver soon: after the delay, or after `pause` for another try."""
        seconds = self.delay if pause is None else pause
        if seconds <= 0:
            self._offer(event_id)
            return
        timer = threading.Timer(seconds, lambda: self._offer(event_id, timer))
        timer.daemon = True
        with self._lock:
            if not self._stopped:
                self._timers.add(timer)
                timer.start()

    def _offer(self, event_id: str, timer: threading.Timer | None = None) -> None:
        with self._lock:
            if timer:
                self._timers.discard(timer)
            if self._paused and not self._drop:
                self._held.append(event_id)
            elif not self._paused:
                self._queue.put(event_id)
            dropped = self._paused and self._drop
        if dropped:
            self._give_up(event_id)

    def _give_up(self, event_id: str) -> None:
        """The event is lost: nothing waits for it any more."""
        if self.store is None:
            return
        with self.store.transaction():
            if event := self.store.find("event", event_id):
                event["pending_webhooks"] = 0
                self.store.put(event)

    def pause(self, *, drop: bool) -> None:
        with self._lock:
            self._paused, self._drop = True, drop

    def resume(self) -> None:
        with self._lock:
            self._paused, held, self._held = False, self._held, []
        for event_id in held:
            self._queue.put(event_id)

    def _work(self) -> None:
        while (event_id := self._queue.get()) is not None:
            try:
                self._try(event_id)
            except Exception:
                log.exception("webhook %s", event_id)

    def _try(self, event_id: str) -> None:
        status = self.deliver(event_id)
        if not 200 <= status < 300 and not self._stopped:
            tries = self._attempts(event_id)
            self.publish(event_id, min(self.retry * 2 ** min(tries - 1, 20), LONGEST_PAUSE))

    def _attempts(self, event_id: str) -> int:
        event = self.store.find("event", event_id) if self.store else None
        return len(event["_attempts"]) if event else 1

    def deliver(self, event_id: str) -> int:
        """Send once, now; returns the HTTP status, or 0 when nobody answered."""
        if self.store is None or not self.url:
            return 0
        with self.store.lock:
            event = self.store.find("event", event_id)
            if event is None:
                raise KeyError(event_id)
            payload = json.dumps(render(event), indent=2).encode()
        status = self._post(payload)
        with self.store.transaction():
            event["_attempts"] = [*event["_attempts"], {"at": int(time.time()), "status": status}]
            event["pending_webhooks"] = 0 if 200 <= status < 300 else event["pending_webhooks"]
            self.store.put(event)
        return status

    def _post(self, payload: bytes) -> int:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            # The real time, not the sandbox's clock: receivers refuse signatures that are minutes old.
            "Stripe-Signature": signature(self.secret, payload, int(time.time())),
        }
        try:
            connection.request(
                "POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", payload, headers
            )
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
