"""`make test` and `make lint`: every check in order, the cheapest first, stopping at the first that fails.

`make openapi` writes what one of the tests compares.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pops.local import environment
from pops.local.datadir import ROOT

BIN = Path(sys.executable).parent
PYTHON = sys.executable

Check = tuple[str, list[str]]

LINT: list[Check] = [
    ("Style", [f"{BIN}/ruff", "check", "."]),
    ("Format", [f"{BIN}/ruff", "format", "--check", "."]),
    ("Layers", [f"{BIN}/lint-imports", "--no-logo", "--no-cache"]),
    ("Types", [f"{BIN}/mypy"]),
]
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
# Checks read the settings but reach no server. `check --deploy` looks at what a practice would have.
NO_SERVERS = {"DATABASE_URL": "postgresql://127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
PRODUCTION = {"SECURE_HTTPS": "on", "DEBUG": "off"}


def main(what: str, arguments: Sequence[str]) -> int:
    """Run the checks; with arguments for pytest, the tests alone. The exit code of the first that fails."""
    if what == "openapi":
        return sum(_run(name, command) for name, command in OPENAPI)
    # A selection of tests is asked for while working on them: the answer should come at once.
    checks = [] if arguments else LINT + (DJANGO if what == "test" else [])
    for name, command in checks:
        if code := _run(name, command):
            return code
    if what == "test":
        _become_pytest(arguments)
    return 0


def _become_pytest(arguments: Sequence[str]) -> NoReturn:
    """Run the tests in our place: at Ctrl-C pytest stops what it started, which takes longer than a parent waits."""
    # One process a core, and none idle while another has tests left; a few chosen tests are faster without. Its closing
    # line is the last of the output.
    spread = [] if arguments else ["-n", "2", "--dist", "worksteal"]
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, "-m", "pytest", *spread, *arguments])  # noqa: S606 - no shell is wanted


def _run(name: str, command: Sequence[str]) -> int:
    """Run one check quietly; show its output if it fails."""
    started = time.monotonic()
    print(f"{name} ... ", end="", flush=True)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment.development(NO_SERVERS), **os.environ, **PRODUCTION},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"{'FAILED' if done.returncode else 'passed'} in {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
        shown = " ".join(command).replace(f"{ROOT}/", "")
        print(f"Failed: {name} ({shown})", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
