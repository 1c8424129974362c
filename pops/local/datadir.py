"""Where local data lives and under which user: a folder for each cluster, its lock, its secret, its port."""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pops.local.steps import StepError

ROOT = Path(__file__).resolve().parents[2]
# Below the range from which the system gives out ports for outgoing connections (Linux: 32768 and up): a port
# taken from that range may be somebody's connection at the next start.
PORTS = range(21000, 32768)
# Of the demo's kept data. Raised when the migrations begin anew, as they may until something is released.
LAYOUT = "12"
LOCK = "lock"


@dataclass(frozen=True)
class Account:
    """The system user that a server runs as."""

    name: str
    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Whether this user gets as far as the path: asked by trying, as access lists count too."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        done = subprocess.run(test, user=self.uid, group=self.gid, extra_groups=[], check=False, cwd="/")
        return done.returncode == 0


def server_account() -> Account | None:
    """`nobody` for root, as PostgreSQL refuses to run as root; None means: as whoever we are."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account("nobody", nobody.pw_uid, nobody.pw_gid)


def data_root() -> Path:
    """The folder for all local data of this clone: `POPS_DATA_DIR`, `.data/`, or one `nobody` can reach."""
    account = server_account()
    chosen = os.environ.get("POPS_DATA_DIR")
    if chosen:
        return _made(Path(chosen).resolve(), account)
    if account is None or account.can_reach(ROOT):
        return _made(ROOT / ".data", account)
    # A clone in /root. Named by a hash of its path, so that two clones have a folder each.
    name = f"pops-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
    return _made(Path("/var/lib" if os.access("/var/lib", os.W_OK) else "/var/tmp") / name, account)  # noqa: S108


def _made(folder: Path, account: Account | None) -> Path:
    try:
        make_folder(folder, mode=0o711)
    except OSError as error:
        raise StepError(
            f"the data folder {folder} can't be made ({error.strerror})",
            advice="name another one: POPS_DATA_DIR=/some/folder",
        ) from None
    if account and not account.can_reach(folder):
        raise StepError(
            f"the servers run as {account.name}, who can't reach {folder}",
            advice="name a folder outside of private homes: POPS_DATA_DIR=/var/lib/pops",
        )
    return folder


def make_folder(folder: Path, *, mode: int = 0o700, owner: Account | None = None) -> Path:
    """Make a folder with exactly this mode, whatever the umask is; an existing one is only given them."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if owner:
        os.chown(folder, owner.uid, owner.gid)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, never readable for a moment in between."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def kept_secret(path: Path) -> str:
    """The secret kept in this file, made at the first call."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def kept_port(path: Path) -> int:
    """The port kept in this file if it is free now; otherwise a new one, remembered there."""
    if path.exists():
        port = int(path.read_text())
        if is_free(port):
            return port
    port = free_port()
    path.write_text(str(port))
    return port


def free_port() -> int:
    """A port on loopback that nothing listens on. Drawn by chance: two clones seldom draw the same."""
    for _ in range(200):
        port = secrets.choice(PORTS)
        if is_free(port):
            return port
    raise StepError("no free port was found between 21000 and 32767")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # As servers do: connections of a server that has just ended don't hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class InUseError(StepError):
    """Another run holds this folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a cluster's folder for this process alone. Raises InUseError.

    The lock is the kernel's: it goes with the process, however that ends, so it is never stale.
    """
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InUseError(
                f"the data in {folder} is in use by process {lock.read().strip() or 'unknown'}",
                advice="stop that one first (Ctrl-C in its window)",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process is in a block of this kind for this folder."""
    with (folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove_abandoned(parent: Path) -> None:
    """Delete the throwaway folders of runs that were killed before they could do it."""
    for folder in parent.glob("throwaway-*"):
        try:
            with held(folder):
                shutil.rmtree(folder)
        except (InUseError, FileNotFoundError):
            continue


def renew(folder: Path) -> bool:
    """Delete data of an older layout from a held folder. True when there was some."""
    stamp = folder / "layout"
    if stamp.exists() and stamp.read_text() == LAYOUT:
        return False
    old = [path for path in folder.iterdir() if path.name != LOCK]
    for path in old:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    stamp.write_text(LAYOUT)
    return bool(old)
