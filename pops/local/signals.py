"""Being stopped, however we were started. Standard library only: part of `bootstrap.py`."""

from __future__ import annotations

import signal
from types import FrameType


def stop_when_told() -> None:
    """Leave by way of KeyboardInterrupt, through every `finally`, at Ctrl-C, kill and a closed terminal.

    Taken explicitly: a shell that starts us with `&` has us ignore Ctrl-C, and Python leaves that as it is.
    """
    for number in stops():
        signal.signal(number, _stop)


def stops() -> list[signal.Signals]:
    """The signals that stop us: not the closing of the terminal for one who started us with nohup."""
    hangup = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    return [signal.SIGINT, signal.SIGTERM, *hangup]


def _stop(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt
