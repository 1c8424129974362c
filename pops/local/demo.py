"""`make demo`: the whole product on this machine, every part a child of this process."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pops.local import banner, datadir, environment
from pops.local.ports import check_free
from pops.local.product import Product
from pops.local.servers import Servers, kept_folder
from pops.local.signals import stops
from pops.local.steps import Steps

# Each keeps its data in a folder of its own.
NAME, EMPTY = "demo", "demo-empty"


def run(*, port: int, empty: bool = False) -> int:
    """Start everything, say where it is, and watch over it until Ctrl-C. Raises StepError.

    With `empty` there is no practice but a first administrator: it begins with the set-up guide.
    """
    environment.check(os.environ)
    with kept_folder(EMPTY if empty else NAME) as folder:
        check_free(port)
        if datadir.renew(folder):
            print("The kept data was of an older version and is deleted: the demo begins anew.", flush=True)
        with Servers(folder, durable=True) as servers:
            product = Product(servers, port=port, empty=empty)
            code = 130  # stopped before it ran
            try:
                _start(product)
                code = 0
                print(banner.text(product), flush=True)
                _watch(product)
            except KeyboardInterrupt:
                print("\nStopping ...", flush=True)
            finally:
                with _undisturbed():
                    product.stop()
                    servers.stop()
    how = " EMPTY=1" if empty else ""
    print(f"Stopped. The data is kept: make demo{how} goes on with it, make demo-reset{how} deletes it.", flush=True)
    return code


def _start(product: Product) -> None:
    jobs = product.jobs()
    steps = Steps(total=len(jobs))
    for label, job in jobs:
        with steps.step(label) as step:
            step.note = job()


def _watch(product: Product) -> None:
    """Return never: raise StepError when a part dies, KeyboardInterrupt when somebody stops us."""
    while True:
        for child in product.children:
            if error := child.died():
                raise error
        time.sleep(0.5)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore a second Ctrl-C while stopping: cut short, it would leave processes behind."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in stops()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def reset(*, empty: bool = False) -> int:
    """Delete the demo's data; refuses while the demo runs. Raises InUseError."""
    with kept_folder(EMPTY if empty else NAME) as folder:
        if sys.stdin.isatty() and not _agreed(str(folder)):
            print("Nothing was deleted.")
            return 1
        shutil.rmtree(folder)
    print("The demo's data is deleted. make demo begins anew.")
    return 0


def _agreed(folder: str) -> bool:
    return input(f"Delete all data of the demo in {folder}? [y/N] ").strip().lower() in ("y", "yes")
