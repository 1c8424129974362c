"""Debian packages that the Python packages lean on: which are missing, and installing them where one may.

Standard library only and no newer than Python 3.8: part of `bootstrap.py`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING or __package__:
    from pops.local.steps import StepError
else:  # Run by path, see bootstrap.py.
    from steps import StepError

Run = Callable[[list], None]
RUNNING = ("demo", "test", "bench", "browsers")
# For another apt-get to end: a new machine often updates itself just then.
LOCK_SECONDS = 300
LOCK_PAUSE = 2.0


class Need(NamedTuple):
    """A Debian package, how to see that it is there, and what is lost without it."""

    package: str
    sign: str  # a library's file names, commands, or the path of a file; the first that is there is enough
    without: str
    jobs: tuple = RUNNING
    needed_by: tuple = ("test",)  # jobs that can't run without it


PDF = "receipts can't be made into PDF"
FONTS = "names in some scripts print as boxes in PDF"
BROWSER = "the tests can't drive a browser"
WINDOWS = "the tests of pages take twice as long"
TOOLS = "the tests can't read the PDFs they make"
ENGINE = "a browser engine is not tried"

# Names are written in the world's scripts: Noto has most of them (12 MB to download), Droid Fallback has Chinese and
# Japanese, Lexi Gulim all of Korean (2 MB and 0.3 MB, where Noto's own fonts for these take 57 MB).
NEEDS = (
    Need("libpango-1.0-0", "libpango-1.0.so.0 libpango-1.0.dylib", PDF, needed_by=RUNNING),
    Need("libpangoft2-1.0-0", "libpangoft2-1.0.so.0 libpangoft2-1.0.dylib", PDF, needed_by=RUNNING),
    Need("libharfbuzz-subset0", "libharfbuzz-subset.so.0", "PDF takes 3 times as long"),
    Need("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", PDF, needed_by=RUNNING),
    Need("fonts-noto-core", "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", FONTS),
    Need("fonts-droid-fallback", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", FONTS),
    Need("fonts-lexi-gulim", "/usr/share/fonts/truetype/lexi/LexiGulim.ttf", FONTS),
    # Without windows nobody sees. It comes with what Chromium needs too, so that both are little more than one.
    Need("chromium-headless-shell", "chromium-headless-shell", WINDOWS, jobs=("test",), needed_by=()),
    Need("chromium", "chromium chromium-browser google-chrome", BROWSER, jobs=("test", "browsers")),
    # Of the Node that comes with Playwright; Debian's Chromium doesn't bring it along everywhere.
    Need("libatomic1", "libatomic.so.1", BROWSER, jobs=("test",)),
    Need("poppler-utils", "pdftotext", TOOLS, jobs=("test",)),
    # The other engines; without one of them the rest is tried. Asked for by nothing else.
    Need("chromium-driver", "chromedriver", ENGINE, jobs=("browsers",)),
    Need("webkit2gtk-driver", "WebKitWebDriver", ENGINE, jobs=("browsers",)),
    Need("xvfb", "Xvfb", ENGINE, jobs=("browsers",)),
    Need("firefox-esr", "firefox-esr firefox", ENGINE, jobs=("browsers",)),
)


def missing(job: str) -> list[Need]:
    """What the job would like to have and this machine hasn't."""
    return [need for need in NEEDS if job in need.jobs and not _is_there(need)]


def venv_package(python: str) -> Need:
    """The package in which Debian keeps `venv` and `ensurepip` for this interpreter."""
    name = Path(python).name
    package = f"{name}-venv" if name.startswith("python3") else "python3-venv"
    return Need(package, "", "a virtual environment can't be made", needed_by=("demo", "test", "bench", "lint"))


def provide(job: str, needs: list[Need], run: Run) -> str:
    """Install the packages; where that isn't allowed, a note, or StepError if the job needs one of them."""
    prefix = _as_root()
    if shutil.which("apt-get") is None or prefix is None:
        return _do_without(job, needs)
    # In English: we read what it says.
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get"]
    apt += ["-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}"]
    # What can be done without comes after: a system that doesn't have it has the rest.
    wanted = sorted(needs, key=lambda need: job not in need.needed_by)
    waiting = [list(some) for _, some in groupby(wanted, lambda need: job in need.needed_by)]
    try:
        _run_in_turn([*apt, "update"], run)
        while waiting:
            _run_in_turn([*apt, "install", "--yes", "--no-install-recommends", *_packages(waiting[0])], run)
            waiting.pop(0)
    except StepError as error:
        note = _do_without(job, [need for some in waiting for need in some], error.output)
        return f"{error.what}; {note}"
    return "installed"


def _run_in_turn(command: list, run: Run) -> None:
    """Run apt-get, again while another one holds what its own timeout doesn't wait for: the package lists."""
    deadline = time.monotonic() + LOCK_SECONDS
    told = False
    while True:
        try:
            return run(command)
        except StepError as error:
            if "Could not get lock" not in error.output or time.monotonic() > deadline:
                raise
        if not told:
            print("waiting for another apt-get ... ", end="", flush=True)
            told = True
        time.sleep(LOCK_PAUSE)


def _do_without(job: str, needs: list[Need], output: str = "") -> str:
    losses = ", ".join(dict.fromkeys(need.without for need in needs))
    # One who has to ask somebody for it should have to ask once.
    # Not, however, for browsers that nothing else runs in.
    asked = {"demo", "test", job}
    more = [need for need in NEEDS if asked.intersection(need.jobs) and need not in needs and not _is_there(need)]
    for_all = [*needs, *more]
    command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(_packages(for_all))}"
    what_for = "demo, tests and browsers" if job == "browsers" else "demo and tests"
    how = f"as root, once for {what_for}, run: {command}"
    if shutil.which("apt-get") is None:
        how = f"install what this system calls: {', '.join(_packages(for_all))}"
    if any(job in need.needed_by for need in needs):
        raise StepError(f"{', '.join(_packages(needs))} not installed: {losses}", output=output, advice=how)
    return f"going on without ({losses}); {how}"


def _packages(needs: list[Need]) -> list[str]:
    return [need.package for need in needs]


def _as_root() -> list | None:
    """How to run a command as root without asking: nothing before it, sudo, or None."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def _is_there(need: Need) -> bool:
    if need.sign.startswith("/"):
        # Other systems keep their fonts elsewhere and have fonts of their own.
        return shutil.which("apt-get") is None or Path(need.sign).exists()
    if ".so" in need.sign:
        return any(_loads(library) for library in need.sign.split())
    return any(shutil.which(command) for command in need.sign.split())


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
