"""Being stopped, however one was started: `make demo &` in a shell has everything ignore Ctrl-C."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pops.local.datadir import ROOT
from pops.local.process import Child

DEMO = """
import sys, time
from pops.local import __main__ as command, demo
def run(*, port, **_):
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        print("stopped in order", flush=True)
demo.run = run
sys.exit(command.main(["demo"]))
"""
BOOTSTRAP = """
import sys, time
sys.path.insert(0, "pops/local")
import bootstrap
def prepare(job):
    print("ready", flush=True)
    time.sleep(60)
bootstrap.prepare = prepare
sys.exit(bootstrap.main("demo"))
"""


@contextmanager
def started(code: str, *, ignoring: str) -> Iterator["subprocess.Popen[str]"]:
    """A program that runs, begun by a shell that has it ignore these signals."""
    shell = ["/bin/sh", "-c", f"trap '' {ignoring}; exec \"$@\"", "sh", sys.executable, "-c", code]
    running = subprocess.Popen(shell, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert running.stdout
    try:
        assert running.stdout.readline() == "ready\n"
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("code", [DEMO, BOOTSTRAP], ids=["demo", "bootstrap"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_was_told_to_ignore_ctrl_c_is_stopped_by_it(code: str, number: signal.Signals) -> None:
    with started(code, ignoring="INT TERM") as running:
        running.send_signal(number)

        output, _ = running.communicate(timeout=60)

    assert running.returncode == 130
    assert output.strip().startswith(("stopped in order", "Stopped."))


def test_one_that_was_started_with_nohup_outlives_its_terminal() -> None:
    with started(DEMO, ignoring="HUP") as running:
        running.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.5)

        running.send_signal(signal.SIGTERM)

        assert running.wait(60) == 130


def test_children_hear_what_their_starter_ignores_or_blocks(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        child = Child("Listener", ["/bin/cat", "/proc/self/status"], log=tmp_path / "log")
        child.popen.wait(60)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        signal.signal(signal.SIGINT, before)

    status = dict(line.split(":", 1) for line in (tmp_path / "log").read_text().splitlines() if ":" in line)
    # Not nohup's, and not the two that the C library keeps to itself.
    signals = sum(1 << (number - 1) for number in signal.valid_signals() - {signal.SIGHUP})
    assert int(status["SigBlk"], 16) & signals == 0
    assert int(status["SigIgn"], 16) & signals == 0
