"""Idempotency keys: one key, one execution, the same answer again. https://docs.stripe.com/api/idempotent_requests"""

from __future__ import annotations

import hashlib
import json
import threading

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import key_in_use, key_reused
from pops.local.stripe_sandbox.types import HttpReply, HttpRequest, Obj

KEPT_SECONDS = 24 * 3600


class Claim:
    """One request's hold on its key; an empty key holds nothing."""

    def __init__(self, account_key: str, request: HttpRequest, params: Obj) -> None:
        self.key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        self.id = f"{account_key}:{self.key}"
        self.path = request.path
        self.fingerprint = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


class Keys:
    """The saved answers, kept in the store, and the requests now running."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._running: set[str] = set()
        self._lock = threading.Lock()
        with core.store.transaction():
            for kept in core.store.newest_first("_idempotency"):
                if self._expired(kept):
                    core.store.remove(kept)

    def _expired(self, kept: Obj) -> bool:
        return bool(kept["created"] < self._core.now() - KEPT_SECONDS)

    def begin(self, claim: Claim) -> HttpReply | None:
        """The saved answer when there is one. Raises the idempotency errors; else the key is ours until `end`."""
        if not claim.key:
            return None
        with self._lock:
            if claim.id in self._running:
                raise key_in_use(claim.key)
            self._running.add(claim.id)
        try:
            saved = self._saved(claim)
        except BaseException:
            self.end(claim)
            raise
        if saved:
            self.end(claim)
        return saved

    def end(self, claim: Claim) -> None:
        with self._lock:
            self._running.discard(claim.id)

    def save(self, claim: Claim, reply: HttpReply) -> None:
        """Call inside the request's transaction: its answer and its effects reach the journal together."""
        if not claim.key:
            return
        self._core.store.put(
            {
                "id": claim.id,
                "object": "_idempotency",
                "created": self._core.timestamp(),
                "path": claim.path,
                "fingerprint": claim.fingerprint,
                "status": reply.status,
                "body": reply.body.decode(),
                "headers": reply.headers,
            }
        )

    def _saved(self, claim: Claim) -> HttpReply | None:
        with self._core.store.lock:
            kept: Obj | None = self._core.store.find("_idempotency", claim.id)
        if kept is None or self._expired(kept):
            return None
        if kept["path"] != claim.path:
            raise key_reused(claim.key, endpoints=(claim.path, kept["path"]))
        if kept["fingerprint"] != claim.fingerprint:
            raise key_reused(claim.key)
        headers = {**kept["headers"], "Idempotent-Replayed": "true"}
        return HttpReply(kept["status"], kept["body"].encode(), headers=headers)
