"""PostgreSQL and Valkey for the time of a block, unless the environment names others."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pops.local import datadir
from pops.local.broker import Broker
from pops.local.postgres import Postgres
from pops.local.process import Child


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A new folder, held by this process and deleted at the end: runs side by side don't see each other."""
    root = datadir.data_root()
    with ExitStack() as hold:
        # Made and held in one go: in between, another run would take the folder for an abandoned one.
        with datadir.one_at_a_time(root):
            datadir.remove_abandoned(root)
            folder = datadir.make_folder(Path(tempfile.mkdtemp(prefix="throwaway-", dir=root)), mode=0o711)
            hold.enter_context(datadir.held(folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def kept_folder(name: str) -> Iterator[Path]:
    """A folder that stays, held by this process. Raises InUseError."""
    folder = datadir.make_folder(datadir.data_root() / name, mode=0o711)
    with datadir.held(folder):
        yield folder


class Servers:
    """The two servers in one folder, and their URLs by the name of their environment variable."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.children: list[Child] = []
        self.urls: dict[str, str] = {}
        self._own: dict[str, Postgres | Broker] = {}  # by the name of their process
        self._stops = ExitStack()

    def __enter__(self) -> "Servers":
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop what was started here, last first."""
        self._stops.close()

    def start_postgres(self) -> str:
        """Start PostgreSQL, or take the one in DATABASE_URL; says which."""
        return self._start("DATABASE_URL", Postgres(self.folder, durable=self.durable))

    def start_broker(self) -> str:
        """Start Valkey, or take the server in REDIS_URL; says which."""
        return self._start("REDIS_URL", Broker(self.folder, durable=self.durable))

    def _start(self, name: str, server: Postgres | Broker) -> str:
        if given := os.environ.get(name):
            self.urls[name] = given
            return f"the one in {name}"
        self._stops.callback(server.stop)
        self.urls[name] = server.start()
        if server.child:
            self.children.append(server.child)
            self._own[server.child.name] = server
        return f"port {server.port}"

    def start_again(self, name: str) -> None:
        """Start a server of our own that was killed, where it was. Raises StepError."""
        server = self._own[name]
        self.children = [child for child in self.children if child.name != name]
        server.stop()
        server.start()
        if server.child:
            self.children.append(server.child)
