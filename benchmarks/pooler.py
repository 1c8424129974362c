"""PgBouncer in transaction mode before the benchmark's database, where the machine has it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.notifications.mail_server import free_port

CONFIG = """
[databases]
{name} = host={HOST} port={PORT} dbname={name} user={USER} password={PASSWORD}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 16
max_client_conn = 100
logfile = {folder}/log
pidfile = {folder}/pid
unix_socket_dir =
ignore_startup_parameters = extra_float_digits,options
"""


def is_there() -> bool:
    return shutil.which("pgbouncer") is not None


@contextmanager
def pooler(database: dict[str, str], name: str) -> Iterator[int]:
    """The port of a pooler before a database."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pgbouncer.ini"
        config.write_text(CONFIG.format(**database, name=name, port=port, folder=folder))
        user = []
        if os.geteuid() == 0:  # PgBouncer refuses to run as root, as PostgreSQL does
            user = ["--user", "nobody"]
            shutil.chown(folder, user="nobody")
        process = subprocess.Popen(["pgbouncer", *user, "--quiet", str(config)])
        try:
            while not _listens(port):
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
