"""Make a bare machine ready for one job: `python3 pops/local/bootstrap.py demo|test|bench|browsers|lint`.

Run by path with whatever Python the machine has, before anything is installed: standard library only, no
import of the package. What is in place is left alone, so that a second run takes a fraction of a second.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__:
    from pops.local import home, system
    from pops.local.signals import stop_when_told
    from pops.local.steps import StepError, Steps, report, tail
else:  # Run by path: this folder is first on sys.path, and importing `pops` would need Celery.
    import home
    import system
    from signals import stop_when_told
    from steps import StepError, Steps, report, tail

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".pops-ready"
OLDEST = (3, 11)
OLDEST_TEXT = "3.11"
CANDIDATES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
# Of uv.lock, beside the default ones; only these jobs need theirs.
GROUPS = {"browsers": "browsers"}


def main(job: str) -> int:
    """Prepare for the job; 0 when the job can run."""
    started = time.monotonic()
    stop_when_told()
    try:
        with only_one():
            prepare(job)
    except StepError as error:
        report(error)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    print(f"This machine is ready ({time.monotonic() - started:.1f} s).", flush=True)
    return 0


def prepare(job: str) -> None:
    """Take the steps that are still missing, and show them. What only root can do is asked for first, and once."""
    fresh = is_fresh(job)
    python, version = ("", "") if fresh else find_python()
    lacking = [*lacking_for_venv(python, fresh=fresh), *system.missing(job)]
    steps = Steps(total=bool(lacking) + 2 * (not fresh))
    if lacking:
        with steps.step("System packages: " + " ".join(need.package for need in lacking)) as step:
            step.note = system.provide(job, lacking, run)
    if fresh:
        return
    with steps.step("Virtual environment in .venv") as step:
        make_venv(python)
        step.note = f"Python {version}"
    with steps.step("Python packages from uv.lock"):
        sync_packages(job)
        STAMP.write_text(fingerprint() + GROUPS.get(job, ""))


# --- Python and its packages ---------------------------------------------------------------------------


def find_python() -> tuple[str, str]:
    """Path and version of the first Python that is new enough. Raises StepError."""
    script = f"import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < {OLDEST})"
    seen = []
    for name in CANDIDATES:
        path = shutil.which(name)
        if not path:
            continue
        # A pyenv shim answers to a name whose version isn't switched on: only running it tells.
        answer = subprocess.run([path, "-c", script], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return path, answer.stdout.strip()
        seen.append(f"{name} {answer.stdout.strip()}".strip())
    raise StepError(
        f"no Python {OLDEST_TEXT} or newer was found" + (f" (there is: {', '.join(seen)})" if seen else ""),
        advice="install one, on Debian 12 and Ubuntu 24.04 or newer: apt-get install python3 python3-venv",
    )


def lacking_for_venv(python: str, *, fresh: bool) -> list[system.Need]:
    """The package that a virtual environment can't be made without: Debian splits these two modules off."""
    if fresh or venv_works() or _succeeds([python, "-c", "import ensurepip, venv"]):
        return []
    return [system.venv_package(python)]


def make_venv(python: str) -> None:
    """Create `.venv`, unless there is one that belongs to this folder and runs."""
    if not venv_works():
        # --clear: a half-made one, or one copied from another folder, has paths in it that lead elsewhere.
        run([python, "-m", "venv", "--clear", str(VENV)])


def venv_works() -> bool:
    try:
        config = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return False
    script = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return str(VENV) in config and _succeeds([str(PYTHON), "-c", script])


def sync_packages(job: str) -> None:
    """Install exactly what uv.lock names for the job; by pip where uv can't reach the package index."""
    group = ["--group", GROUPS[job]] if job in GROUPS else []
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    if not (VENV / "bin" / "uv").exists():
        run([*pip, "uv"])
    uv = str(VENV / "bin" / "uv")
    try:
        run([uv, "sync", "--frozen", *group])
    except StepError as first:
        # uv knows nothing of a mirror that is set for pip: same versions, same hashes, by pip.
        wanted = log_folder() / "requirements.txt"
        try:
            run([uv, "export", "--frozen", *group, "--output-file", str(wanted)])
            # uv has resolved it, with our override.
            run([*pip, "--no-deps", "--require-hashes", "--requirement", str(wanted)])
        except StepError:
            raise first from None


def fingerprint() -> str:
    """What the packages in `.venv` depend on: the lock file, the project, this folder, the interpreter."""
    parts = [str(VENV).encode(), os.path.realpath(PYTHON).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("uv.lock", "pyproject.toml")]
    parts.append((VENV / "pyvenv.cfg").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_fresh(job: str) -> bool:
    """Whether `.venv` was filled from the files as they are now, with what the job needs."""
    try:
        # What another job needs may lie beside it.
        return PYTHON.exists() and STAMP.read_text() in {fingerprint() + GROUPS.get(one, "") for one in (job, *GROUPS)}
    except OSError:
        return False


# --- Running ---------------------------------------------------------------------------------------------


def run(command: list[str]) -> None:
    """Run one command, its output kept in a log. Raises StepError with the last lines."""
    log = log_folder() / "bootstrap.log"
    try:
        with log.open("wb") as out:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env=environment(),
                check=False,
            ).returncode
    except OSError as error:
        raise StepError(f"{command[0]} could not be started: {error.strerror}") from None
    if code:
        shown = " ".join(command).replace(str(ROOT) + "/", "")
        raise StepError(
            f"`{shown}` ended with code {code}",
            output=tail(log),
            advice=advice(tail(log)),
        )


def advice(output: str) -> str:
    """What helps when a command failed with these last lines."""
    if any(sign in output for sign in ("Permission denied", "Read-only file system", "No space left")):
        return "make room at the place named above, or let this user write there, then run it again"
    return "read the lines above (often the package index can't be reached), then run it again"


def environment() -> dict[str, str]:
    """The machine's environment, with uv bound to this `.venv` and to the certificates the machine trusts."""
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")}
    ours = {
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(PYTHON),
        "UV_PYTHON_DOWNLOADS": "never",
        # One of the two, by uv's age.
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    return {**env, **home.caches(log_folder() / "cache"), **ours}


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def log_folder() -> Path:
    folder = ROOT / ".data"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StepError(
            f"{ROOT} can't be written to ({error.strerror})",
            advice="use a clone that belongs to you",
        ) from None
    return folder


@contextmanager
def only_one() -> Iterator[None]:
    """Hold this clone's bootstrap lock: `make demo` and `make test` may start at the same moment."""
    with (log_folder() / "bootstrap.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another run that prepares this folder ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "demo"))
