import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pops.local import datadir
from pops.local.steps import StepError

NOBODY = datadir.Account("nobody", 65534, 65534)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("POPS_DATA_DIR", raising=False)
    monkeypatch.setattr(datadir, "ROOT", tmp_path)
    return tmp_path


def run_as(monkeypatch: pytest.MonkeyPatch, account: datadir.Account | None, *, reaches: bool = True) -> None:
    monkeypatch.setattr(datadir, "server_account", lambda: account)
    monkeypatch.setattr(datadir.Account, "can_reach", lambda self, path: reaches)


def test_an_ordinary_user_has_it_in_the_clone(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_as(monkeypatch, None)

    assert datadir.data_root() == clone / ".data"


def test_root_has_it_in_a_clone_that_others_can_reach(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_as(monkeypatch, NOBODY)

    assert datadir.data_root() == clone / ".data"


def test_root_has_it_elsewhere_when_the_clone_is_in_a_private_home(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_as(monkeypatch, NOBODY)
    monkeypatch.setattr(datadir.Account, "can_reach", lambda self, path: path != clone)
    made: list[Path] = []
    monkeypatch.setattr(datadir, "make_folder", lambda folder, **_: made.append(folder))

    first = datadir.data_root()
    monkeypatch.setattr(datadir, "ROOT", clone / "beside")
    monkeypatch.setattr(datadir.Account, "can_reach", lambda self, path: path != clone / "beside")

    assert first.is_relative_to("/var")
    assert datadir.data_root() != first


def test_a_chosen_folder_wins(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POPS_DATA_DIR", str(clone / "chosen"))
    run_as(monkeypatch, None)

    assert datadir.data_root() == clone / "chosen"
    assert (clone / "chosen").is_dir()


def test_a_chosen_folder_that_the_servers_cannot_reach(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POPS_DATA_DIR", str(clone / "chosen"))
    run_as(monkeypatch, NOBODY, reaches=False)

    with pytest.raises(StepError, match="can't reach"):
        datadir.data_root()


def test_nobody_does_not_reach_a_private_folder(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can ask on behalf of others")
    tmp_path.chmod(0o700)

    assert not NOBODY.can_reach(tmp_path)
    assert NOBODY.can_reach(Path("/usr"))


def test_a_secret_is_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = datadir.kept_secret(path)

    assert datadir.kept_secret(path) == first
    assert len(first) > 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_held_folder_is_refused_until_its_holder_ends(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from pops.local import datadir\n"
        "with datadir.held(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=datadir.ROOT
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"

    with pytest.raises(datadir.InUseError, match=f"in use by process {holder.pid}"), datadir.held(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    with datadir.held(tmp_path):
        pass


def test_what_a_killed_run_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    abandoned, running = tmp_path / "throwaway-1", tmp_path / "throwaway-2"
    abandoned.mkdir()
    running.mkdir()

    with datadir.held(running):
        datadir.remove_abandoned(tmp_path)

    assert not abandoned.exists()
    assert running.exists()


def test_data_of_an_older_layout_is_deleted_once_and_new_data_kept(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    (tmp_path / "secret_key").write_text("old")

    with datadir.held(tmp_path):
        assert datadir.renew(tmp_path)
        assert not (tmp_path / "postgres").exists()
        (tmp_path / "secret_key").write_text("new")
        assert not datadir.renew(tmp_path)

    assert (tmp_path / "secret_key").read_text() == "new"


def test_an_empty_folder_has_nothing_to_delete(tmp_path: Path) -> None:
    with datadir.held(tmp_path):
        assert not datadir.renew(tmp_path)
