import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pops.local.datadir import ROOT
from pops.local.process import Child
from pops.local.steps import StepError


def gone(pid: int, seconds: float = 60.0) -> bool:
    """Whether the process has ended (a zombie has) within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from pops.local.process import Child\n"
        "child = Child('Sleeper', ['/bin/sleep', '60'], log=pathlib.Path(sys.argv[1]))\n"
        "print(child.popen.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout
    sleeper = int(parent.stdout.readline())
    command = Path(f"/proc/{sleeper}/cmdline")
    while b"launch.py" in command.read_bytes():
        time.sleep(0.01)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    assert gone(sleeper)


def test_a_child_that_will_not_stop_is_made_to(tmp_path: Path) -> None:
    script = "trap '' TERM; /bin/sleep 60 & echo $!; wait; /bin/sleep 60"
    child = Child("Stubborn", ["/bin/sh", "-c", script], log=tmp_path / "log", grace=0.2)
    child.wait_until(lambda: (tmp_path / "log").read_text().endswith("\n"))

    child.stop()

    assert child.popen.returncode == -signal.SIGKILL
    assert gone(int((tmp_path / "log").read_text())), "what it started is stopped with it"


def test_a_death_is_told_with_the_last_lines(tmp_path: Path) -> None:
    child = Child("Fragile", ["/bin/sh", "-c", "echo no disk left; exit 3"], log=tmp_path / "log")

    with pytest.raises(StepError, match="Fragile ended with code 3") as raised:
        child.wait_until(lambda: False)

    assert raised.value.output == "no disk left"
    assert str(tmp_path / "log") in raised.value.advice


def test_one_that_never_answers_is_given_up(tmp_path: Path) -> None:
    child = Child("Silent", ["/bin/sleep", "60"], log=tmp_path / "log")

    with pytest.raises(StepError, match="did not answer"):
        child.wait_until(lambda: False, seconds=0.1)
    child.stop()
