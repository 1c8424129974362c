import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from pops.local import datadir
from pops.local.postgres import Postgres, reachable_binaries


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, durable=False)
    yield server
    server.stop()


def ask(url: str, sql: str) -> Any:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


def test_it_is_the_database_that_pops_asks_for(postgres: Postgres) -> None:
    url = postgres.start()

    assert ask(url, "SELECT current_user::text, current_database()::text") == ("pops", "pops")
    assert ask(url, "SELECT encoding, datlocprovider, datlocale FROM pg_database WHERE datname = 'pops'") == (
        6,  # UTF8
        "b",  # builtin
        "C.UTF-8",
    )
    assert ask(url, "SELECT current_setting('timezone'), current_setting('fsync')") == ("UTC", "off")
    assert ask(url, "SELECT current_setting('listen_addresses')") == ("127.0.0.1",)
    assert postgres.port in datadir.PORTS


def test_data_and_address_are_kept(postgres: Postgres) -> None:
    before = postgres.start()
    ask(before, "CREATE TABLE kept AS SELECT 'here' AS word")
    postgres.stop()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(before)

    after = postgres.start()

    assert after == before
    assert ask(after, "SELECT word FROM kept") == ("here",)


def test_it_comes_back_after_it_was_killed(postgres: Postgres) -> None:
    postgres.durable = True
    ask(postgres.start(), "CREATE TABLE survivor AS SELECT 1 AS one")
    assert postgres.child
    os.kill(postgres.child.popen.pid, signal.SIGKILL)
    postgres.child.popen.wait()

    # A new object, as after the death of the process that held the old one.
    again = Postgres(postgres.folder)
    try:
        assert ask(again.start(), "SELECT one FROM survivor") == (1,)
    finally:
        again.stop()


def test_a_server_left_running_is_ended(postgres: Postgres) -> None:
    postgres.start()
    left = postgres.child
    assert left

    again = Postgres(postgres.folder, durable=False)
    try:
        again.start()
        assert left.popen.wait(60) == 0
    finally:
        again.stop()


def test_a_pid_file_whose_number_now_belongs_to_another(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    # As after a reboot: the number of a process that runs and isn't PostgreSQL.
    stale = postgres.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{postgres.data}\n0\n1\n\n\n\nready\n")

    assert ask(postgres.start(), "SELECT 1") == (1,)


def test_it_moves_when_its_port_is_taken(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    taken = postgres.port
    with socket.create_server(("127.0.0.1", taken)):
        url = postgres.start()

    assert postgres.port != taken
    assert ask(url, "SELECT 1") == (1,)


def test_it_needs_the_password(postgres: Postgres) -> None:
    url = postgres.start()

    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace("pops:", "pops:x"))
    kept = postgres.folder / "postgres.password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(postgres.data.stat().st_mode) == 0o700


def test_root_runs_it_as_nobody(postgres: Postgres, is_root: bool) -> None:
    if not is_root:
        pytest.skip("only root has to")
    postgres.start()
    assert postgres.child

    assert Path(f"/proc/{postgres.child.popen.pid}").stat().st_uid == datadir.server_account().uid  # type: ignore[union-attr]


def test_binaries_out_of_reach_are_copied(folder: Path, is_root: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_root:
        pytest.skip("only root starts servers as somebody else")
    monkeypatch.setenv("POPS_DATA_DIR", str(folder))
    account = datadir.server_account()
    assert account
    monkeypatch.setattr(datadir.Account, "can_reach", lambda self, path: "site-packages" not in str(path))

    copied = reachable_binaries(account)

    assert copied.is_relative_to(folder)
    assert (copied / "postgres").stat().st_mode & 0o005 == 0o005
    server = Postgres(datadir.make_folder(folder / "with-copies", mode=0o711), durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == (1,)
        assert server.binaries == copied
    finally:
        server.stop()
