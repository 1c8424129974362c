"""`python -m pops.local with -- COMMAND`: run one command beside PostgreSQL and Valkey, then stop them."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from pops.local import environment
from pops.local.process import launcher
from pops.local.servers import Servers, kept_folder, throwaway_folder
from pops.local.signals import stops


def run(command: Sequence[str], *, throwaway: bool, durable: bool) -> int:
    """Run the command and return its exit code, as a shell would give it.

    Without a flag the data stays, in a folder of its own beside the demo's. `durable` is for measuring: a new
    database that waits for the disk, as in production. `throwaway` is a new one that doesn't wait.
    """
    environment.check(os.environ)
    folder = throwaway_folder() if throwaway or durable else kept_folder("development")
    with folder as path, Servers(path, durable=not throwaway) as servers:
        servers.start_postgres()
        servers.start_broker()
        return _run(command, environment.development(servers.urls, folder=path))


def _run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run it in our own process group, so that it has the terminal and Ctrl-C reaches it by itself."""
    # By way of env(1): it looks the command up in PATH and says so when there is none.
    child = subprocess.Popen(launcher(["/usr/bin/env", "--", *command]), env=env)
    with _signals_left_to(child):
        code = child.wait()
    return 128 - code if code < 0 else code


@contextmanager
def _signals_left_to(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Outlive the command: it decides what Ctrl-C means, we pass on what was sent to us alone."""

    def pass_on(number: int, _: FrameType | None) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in stops()}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
