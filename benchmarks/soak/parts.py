"""The product's processes, killed one after the other and started again at once."""

import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

from pops.local.process import Child
from pops.local.product import SCHEDULER, WORKERS, Product

WEB = "Web server"
URGENT, BACKGROUND, HOOKS = WORKERS

LAUNCH: dict[str, Callable[[Product], Child]] = {
    WEB: Product.launch_web,
    **{name: partial(Product.launch_worker, name=name) for name in WORKERS},
    SCHEDULER: Product.launch_scheduler,
}


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
    """Kills parts of the product, and starts them again as systemd or Compose would."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.up = {name: UpTime() for name in LAUNCH}
        self.kills = dict.fromkeys(LAUNCH, 0)
        chance = random.Random(7)
        self._order = itertools.chain.from_iterable(chance.sample(list(LAUNCH), len(LAUNCH)) for _ in itertools.count())

    def kill_next(self) -> str:
        """SIGKILL to all processes of a part, each part in its turn; what was done in words, once it is back."""
        name = next(self._order)
        child = next(child for child in self.product.children if child.name == name)
        self.up[name].turn(up=False)
        began = time.monotonic()
        os.killpg(child.popen.pid, signal.SIGKILL)
        self.product.end(child)
        again = LAUNCH[name](self.product)
        self.product.await_web(again) if name == WEB else self.product.await_answer(name)
        self.up[name].turn(up=True)
        self.kills[name] += 1
        return f"{name} killed, back after {time.monotonic() - began:.1f} s"
