"""Things that happen later, such as the end of a processing payment. They survive a restart as jobs in the store."""

from __future__ import annotations

import threading

from pops.local.stripe_sandbox.confirmation import settle_payment
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.refunds import settle_refund

ACTIONS = {"settle_payment": settle_payment, "settle_refund": settle_refund}


class Timers:
    """One thread per waiting job; threading.Timer isn't fooled by a test's frozen clock."""

    def __init__(self) -> None:
        self._core: Core | None = None
        self._timers: dict[str, threading.Timer] = {}

    def start(self, core: Core) -> None:
        """Also takes up the jobs an earlier run left; each waits its whole delay again."""
        self._core = core
        for job in core.store.newest_first("_job"):
            self.arm(job["id"], core.processing_delay)

    def stop(self) -> None:
        for timer in list(self._timers.values()):
            timer.cancel()

    def arm(self, job_id: str, seconds: float) -> None:
        timer = threading.Timer(seconds, self.run, (job_id,))
        timer.daemon = True
        self._timers[job_id] = timer
        timer.start()

    def run(self, job_id: str) -> None:
        """Do the job now, unless it was done already."""
        if timer := self._timers.pop(job_id, None):
            timer.cancel()
        if self._core is None:
            return
        store = self._core.store
        with store.transaction():
            if job := store.find("_job", job_id):
                store.remove(job)
                ACTIONS[job["action"]](self._core, job["target"])

    def run_for(self, target: str) -> bool:
        """Do what waits for this object now; whether there was anything."""
        waiting = self._core.store.newest_first("_job") if self._core else []
        jobs = [job["id"] for job in waiting if job["target"] == target]
        for job_id in jobs:
            self.run(job_id)
        return bool(jobs)
