"""What every endpoint works with: the store, the clock, events out and things that happen later."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pops.local.stripe_sandbox.store import Store, random_id
from pops.local.stripe_sandbox.types import API_VERSION, Call, Clock, Obj


@dataclass
class Core:
    """One sandbox. `publish` hands an event id to the webhooks, `arm` a job id to the timers."""

    store: Store
    now: Clock
    publish: Callable[[str], None]
    arm: Callable[[str, float], None]
    processing_delay: float
    webhooks_on: bool = True
    url: str = ""

    def timestamp(self) -> int:
        """Now, in whole seconds as all of Stripe's timestamps are."""
        return int(self.now())

    def emit(self, type_: str, obj: Obj, call: Call | None = None, previous: Obj | None = None) -> None:
        """Record an event with a snapshot of the object and send it to the webhook."""
        data: Obj = {"object": render(obj)}
        if previous:
            data["previous_attributes"] = previous
        event: Obj = {
            "id": random_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.timestamp(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1 if self.webhooks_on else 0,
            "request": {
                "id": call.request_id if call else None,
                "idempotency_key": call.idempotency_key if call else None,
            },
            "type": type_,
            "_attempts": [],
        }
        self.store.put(event)
        if self.webhooks_on:
            self.publish(event["id"])

    def later(self, action: str, target: str) -> None:
        """Have `action` done to the object `target` after the processing delay, also across a restart."""
        job: Obj = {
            "id": random_id("job_"),
            "object": "_job",
            "created": self.timestamp(),
            "action": action,
            "target": target,
        }
        self.store.put(job)
        self.arm(job["id"], self.processing_delay)


def render(obj: Any) -> Any:
    """A copy without our own "_" keys: what the outside sees."""
    if isinstance(obj, dict):
        return {key: render(value) for key, value in obj.items() if not key.startswith("_")}
    if isinstance(obj, list):
        return [render(item) for item in obj]
    return copy.copy(obj)
