"""Child processes that end with us: started in a group of their own, logged to a file, surely stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pops.local.datadir import Account
from pops.local.steps import StepError, tail

LAUNCHER = Path(__file__).with_name("launch.py")


class Child:
    """A server that belongs to this process. Start it from the main thread: it dies with its starter."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 10.0,
    ) -> None:
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        self.grace = grace
        with log.open("ab") as out:
            # A session of its own: Ctrl-C reaches us alone, and we stop the children in order.
            self.popen = subprocess.Popen(
                launcher(command, stop_signal=stop_signal, account=account),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )

    def died(self) -> StepError | None:
        """What to say if the child has ended by itself, None while it runs."""
        code = self.popen.poll()
        if code is None:
            return None
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return StepError(f"{self.name} {how}", output=tail(self.log), advice=f"the whole log: {self.log}")

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30.0, pause: float = 0.02) -> None:
        """Wait until the child is ready. Raises StepError if it ends before, or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if error := self.died():
                raise error
            if time.monotonic() > deadline:
                raise StepError(
                    f"{self.name} did not answer within {seconds:.0f} s",
                    output=tail(self.log),
                    advice=f"the whole log: {self.log}",
                )
            time.sleep(pause)

    def stop(self) -> None:
        """Ask the child to end, then make it; nothing of its group is left behind."""
        if self.popen.poll() is None:
            self._signal(self.stop_signal, group=False)
            try:
                self.popen.wait(self.grace)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL, group=True)
                self.popen.wait()
        self._signal(signal.SIGKILL, group=True)

    def _signal(self, number: signal.Signals, *, group: bool) -> None:
        try:
            if group:
                os.killpg(self.popen.pid, number)
            else:
                self.popen.send_signal(number)
        except ProcessLookupError:
            pass


def end_leftover(pid_file: Path, folder: Path, stop_signal: signal.Signals) -> None:
    """End a server that a killed run left behind: the process of the pid file, if it works in our folder."""
    pid = pid_in(pid_file)
    if pid is None:
        return
    for number, seconds in ((stop_signal, 10.0), (signal.SIGKILL, 5.0)):
        if not works_in(pid, folder):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and works_in(pid, folder):
            time.sleep(0.02)


def pid_in(pid_file: Path) -> int | None:
    """The process number in the first line of a pid file."""
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def works_in(pid: int, folder: Path) -> bool:
    """Whether a process runs and its working folder is this one: both servers go to their data."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    except OSError:
        return False


def launcher(
    command: Sequence[str],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
) -> list[str]:
    """The command line that runs `command` bound to the life of this process (see launch.py)."""
    uid, gid = (account.uid, account.gid) if account else (os.getuid(), os.getgid())
    numbers = [os.getpid(), int(stop_signal), uid, gid]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, numbers), *command]
