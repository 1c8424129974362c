"""A progress display for slow work: step n of m, seconds taken, and what to do when one fails.

Standard library only and no newer than Python 3.8: `bootstrap.py` runs it with whatever Python a machine has.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TAIL_LINES = 15


class StepError(Exception):
    """A step could not be done: what failed, the last lines it printed, and what to do about it."""

    def __init__(self, what: str, *, output: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what, self.output, self.advice = what, output, advice


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log file, empty if there is none."""
    try:
        with path.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines)).rstrip()
    except OSError:
        return ""


def report(error: StepError, out: TextIO | None = None) -> None:
    """Tell a person what failed and what to do, without a stack trace."""
    out = out or sys.stderr
    print(f"\nFailed: {error.what}", file=out)
    if error.output:
        print("\n".join(f"  | {line}" for line in error.output.splitlines()[-TAIL_LINES:]), file=out)
    if error.advice:
        print(f"What to do: {error.advice}", file=out)
    out.flush()


class Step:
    """One line of the display. Work may set `note`: it is shown behind the time, when the step is done."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.note = ""
        self.started = time.monotonic()

    @property
    def seconds(self) -> str:
        return f"{time.monotonic() - self.started:.1f} s"


class Steps:
    """Numbers the steps of one job and shows each: moving on a terminal, a plain line elsewhere."""

    def __init__(self, total: int, *, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.total = total
        self.number = 0
        self.moving = self.out.isatty() and os.environ.get("TERM") != "dumb"
        self.fancy = self.moving and _can_print(self.out, FRAMES + "✓✗")

    @contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """Show a step while the block runs; a failure in it is marked and passed on."""
        self.number += 1
        step = Step(label)
        stop = threading.Event()
        mover = threading.Thread(target=self._move, args=(step, stop), daemon=True)
        self._begin(step, mover)
        result = "FAILED"
        try:
            yield step
            result = "done"
        except KeyboardInterrupt:
            result = "stopped"
            raise
        finally:
            stop.set()
            self._end(step, mover, result)

    def _head(self, step: Step) -> str:
        return f"[{self.number}/{self.total}] {step.label}"

    def _begin(self, step: Step, mover: threading.Thread) -> None:
        if self.moving:
            mover.start()
        else:
            self._write(f"{self._head(step)} ... ")

    def _move(self, step: Step, stop: threading.Event) -> None:
        frames = FRAMES if self.fancy else "|/-\\"
        turn = 0
        while not stop.wait(0.1):
            self._write(f"\r\x1b[2K{self._head(step)} {frames[turn % len(frames)]} {step.seconds}")
            turn += 1

    def _end(self, step: Step, mover: threading.Thread, result: str) -> None:
        note = f"  {step.note}" if step.note else ""
        if not self.moving:
            self._write(f"{result} in {step.seconds}{note}\n")
            return
        mover.join()
        sign = {"done": "✓", "FAILED": "✗"}.get(result, result) if self.fancy else result
        self._write(f"\r\x1b[2K{self._head(step)} {sign} {step.seconds}{note}\n")

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()


def _can_print(out: TextIO, text: str) -> bool:
    try:
        text.encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
