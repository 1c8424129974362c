"""`make test` and `make lint`: every check, two at a time, stopping at the first that fails.

`make openapi` writes what one of the tests compares.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pops.local import environment
from pops.local.datadir import ROOT

BIN = Path(sys.executable).parent
PYTHON = sys.executable

Check = tuple[str, list[str]]

# The longest first: all others are done beside it.
LINT: list[Check] = [
    ("Types", [f"{BIN}/mypy"]),
    ("Style", [f"{BIN}/ruff", "check", "."]),
    ("Format", [f"{BIN}/ruff", "format", "--check", "."]),
    ("Layers", [f"{BIN}/lint-imports", "--no-logo", "--no-cache"]),
]
AT_ONCE = 2
DJANGO: list[Check] = [
    ("Settings for production", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
    ("Migrations complete", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    # Fails on a style sheet that names a picture which isn't there.
    ("Static files", [PYTHON, "manage.py", "collectstatic", "--no-input"]),
]
OPENAPI: list[Check] = [
    (
        "docs/openapi.yaml",
        [PYTHON, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", "docs/openapi.yaml"],
    ),
]
# For the tests, which begin with them; beside the rest it costs no time.
TABLES: Check = ("Tables for the tests", [PYTHON, "-m", "tests.tables"])
HAS_TABLES = {"POPS_TEST_TABLES": "test_pops_tables"}
# Checks read the settings but reach no server. `check --deploy` looks at what a practice would have.
NO_SERVERS = {"DATABASE_URL": "postgresql://127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
PRODUCTION = {"SECURE_HTTPS": "on", "DEBUG": "off"}


def main(what: str, arguments: Sequence[str]) -> int:
    """Run the checks; with arguments for pytest, the tests alone. The exit code of the first that fails."""
    if what == "openapi":
        return _run_all(OPENAPI)
    # A selection of tests is asked for while working on them: the answer should come at once.
    checks = [] if arguments else [TABLES, *LINT, *DJANGO] if what == "test" else LINT
    if code := _run_all(checks):
        return code
    if what == "test":
        _become_pytest(arguments)
    return 0


def _become_pytest(arguments: Sequence[str]) -> NoReturn:
    """Run the tests in our place: at Ctrl-C pytest stops what it started, which takes longer than a parent waits."""
    # One more than two cores: each waits a third of its time, for the database, Chromium or a worker that it started.
    # None is idle while another has tests left; a few chosen tests are faster without. pytest's line ends it all.
    spread = [] if arguments else ["-n", "3", "--dist", "worksteal"]
    os.chdir(ROOT)
    env = os.environ if arguments else {**os.environ, **HAS_TABLES}
    os.execve(PYTHON, [PYTHON, "-m", "pytest", *spread, *arguments], env)  # noqa: S606 - no shell is wanted


class Running:
    """A check that was started: quiet, its output kept for the case that it fails."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command, self.started = name, command, time.monotonic()
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - it is read when the check has ended
        env = {**environment.development(NO_SERVERS), **os.environ, **PRODUCTION}
        self.popen = subprocess.Popen(command, cwd=ROOT, env=env, stdout=self.output, stderr=subprocess.STDOUT)

    def tell(self) -> int:
        """Say what came of it; the exit code."""
        code, seconds = self.popen.wait(), time.monotonic() - self.started
        print(f"{self.name} ... {'FAILED' if code else 'passed'} in {seconds:.1f} s", flush=True)
        if code:
            self.output.seek(0)
            print(self.output.read(), flush=True)
            print(f"Failed: {self.name} ({' '.join(self.command).replace(f'{ROOT}/', '')})", flush=True)
        return code


def _run_all(checks: Sequence[Check]) -> int:
    """Run checks, so many at once; at the first that fails end the others. Its exit code."""
    waiting, running = list(checks), list[Running]()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(Running(*waiting.pop(0)))
            done = next((one for one in running if one.popen.poll() is not None), None)
            if done is None:
                time.sleep(0.05)
                continue
            running.remove(done)
            if code := done.tell():
                return code
    finally:
        for one in running:
            one.popen.kill()
            one.popen.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
