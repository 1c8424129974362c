"""The product's processes and servers, killed one after the other and started again at once."""

import itertools
import math
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from kombu import pools

from pops.local.process import Child
from pops.local.product import SCHEDULER, WORKERS, Product

WEB = "Web server"
URGENT, BACKGROUND, HOOKS = WORKERS

LAUNCH: dict[str, Callable[[Product], Child]] = {
    WEB: Product.launch_web,
    **{name: partial(Product.launch_worker, name=name) for name in WORKERS},
    SCHEDULER: Product.launch_scheduler,
}

SERVERS = ("PostgreSQL", "Valkey")
# Seconds in which connections that broke are made anew.
RECOVERS = 2


class UpTime:
    """Seconds that a part was up, all its lives together."""

    def __init__(self) -> None:
        self._before, self._since = 0.0, time.monotonic()
        self._is_up, self._lock = True, threading.Lock()

    def seconds(self) -> float:
        with self._lock:
            return self._before + (time.monotonic() - self._since if self._is_up else 0.0)

    def turn(self, *, up: bool) -> None:
        """Note that it went down or is back."""
        before = self.seconds()
        with self._lock:
            self._before, self._since, self._is_up = before, time.monotonic(), up


class Supervisor:
    """Kills parts of the product and its servers, and starts them again as systemd or Compose would."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.up = {name: UpTime() for name in LAUNCH}
        self.kills = dict.fromkeys([*LAUNCH, *SERVERS], 0)
        self._server_back = 0.0
        chance = random.Random(7)
        parts = list(self.kills)
        self._order = itertools.chain.from_iterable(chance.sample(parts, len(parts)) for _ in itertools.count())

    def kill_next(self) -> str:
        """SIGKILL to all processes of a part, each part in its turn; what was done in words, once it is back."""
        name = next(self._order)
        child = next(child for child in self.product.children if child.name == name)
        stand = list(LAUNCH) if name in SERVERS else [name]  # without its database nothing works
        self._turn(stand, up=False)
        self._server_back = math.inf if name in SERVERS else self._server_back
        began = time.monotonic()
        os.killpg(child.popen.pid, signal.SIGKILL)
        self._start_again(name, child)
        self._turn(stand, up=True)
        self._server_back = time.monotonic() if name in SERVERS else self._server_back
        self.kills[name] += 1
        return f"{name} killed, back after {time.monotonic() - began:.1f} s"

    def was_server_away(self, since: float) -> bool:
        """Whether database or broker were away at or after a moment: then faults are theirs."""
        return self._server_back + RECOVERS > since

    def _start_again(self, name: str, child: Child) -> None:
        if name in SERVERS:
            self.product.servers.start_again(name)
            pools.reset()  # this process's own connections to the broker
            return
        self.product.end(child)
        again = LAUNCH[name](self.product)
        self.product.await_web(again) if name == WEB else self.product.await_answer(name)

    def _turn(self, names: Iterable[str], *, up: bool) -> None:
        for name in names:
            self.up[name].turn(up=up)
