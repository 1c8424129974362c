"""The first command on a bare machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from pops.local import bootstrap, system
from pops.local.datadir import ROOT
from pops.local.steps import StepError

FOLDER = ROOT / "pops" / "local"


@pytest.fixture(autouse=True)
def clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, place in {"ROOT": ".", "VENV": ".venv", "PYTHON": ".venv/bin/python", "STAMP": ".venv/stamp"}.items():
        monkeypatch.setattr(bootstrap, name, tmp_path / place)


def test_it_imports_nothing_that_has_to_be_installed() -> None:
    code = f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import bootstrap; print(*sys.modules)"
    # -I -S: no environment, no site-packages.
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert not {"django", "celery", "pops"} & set(done.stdout.split())


def test_no_python_is_told_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\necho 3.9.2; exit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StepError, match=r"no Python 3.11 or newer was found \(there is: python3 3.9.2\)"):
        bootstrap.find_python()


def test_a_python_by_another_name_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "python3.12").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert bootstrap.find_python()[0] == str(tmp_path / "python3.12")


def test_packages_are_renewed_when_the_lock_file_changes(tmp_path: Path) -> None:
    for name in ("uv.lock", "pyproject.toml", ".venv/pyvenv.cfg", ".venv/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    assert not bootstrap.is_fresh("test")
    bootstrap.STAMP.write_text(bootstrap.fingerprint())
    assert bootstrap.is_fresh("test")

    (tmp_path / "uv.lock").write_text("two")

    assert not bootstrap.is_fresh("test")


def test_a_failing_command_is_told_with_its_last_lines() -> None:
    with pytest.raises(StepError, match="ended with code 4") as raised:
        bootstrap.run(["/bin/sh", "-c", "echo no route to the index; exit 4"])

    assert raised.value.output == "no route to the index"


def lack(monkeypatch: pytest.MonkeyPatch, *packages: str, root: bool = False) -> None:
    """A Debian that lacks these packages, for one who may install them or may not."""
    monkeypatch.setattr(system, "_as_root", lambda: [] if root else None)
    monkeypatch.setattr(system, "_is_there", lambda need: need.package not in packages)
    monkeypatch.setattr("shutil.which", lambda command: f"/usr/bin/{command}")


def test_what_is_needed_is_said_at_once_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    lack(monkeypatch, "libpango-1.0-0", "fonts-noto-core", "libatomic1", "chromium")
    monkeypatch.setattr(bootstrap, "find_python", lambda: ("/usr/bin/python3", "3.11.2"))
    monkeypatch.setattr(bootstrap, "_succeeds", lambda command: False)  # no ensurepip

    with pytest.raises(StepError, match=r"libpango-1.0-0.*can't be made into PDF") as raised:
        bootstrap.prepare("demo")

    # One who has to ask for it asks once, for the demo and the tests.
    wanted = "python3-venv libpango-1.0-0 fonts-noto-core chromium libatomic1"
    assert raised.value.advice.endswith(f"apt-get update && apt-get install -y --no-install-recommends {wanted}")
    assert not bootstrap.VENV.exists()


def test_without_some_fonts_the_demo_goes_on_and_the_tests_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    lack(monkeypatch, "fonts-noto-core")

    note = system.provide("demo", system.missing("demo"), bootstrap.run)

    assert note.startswith("going on without (names in some scripts print as boxes")
    with pytest.raises(StepError, match="fonts-noto-core not installed"):
        system.provide("test", system.missing("test"), bootstrap.run)


def test_another_apt_get_is_waited_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lack(monkeypatch, "chromium", root=True)
    monkeypatch.setattr(system, "LOCK_PAUSE", 0)
    output = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)"
    answers = iter([output, output, "", ""])
    ran: list[str] = []

    def run(command: list[str]) -> None:
        ran.append(command[-1])
        if answer := next(answers):
            raise StepError("apt-get ended with code 100", output=answer)

    assert system.provide("test", system.missing("test"), run) == "installed"
    assert ran == ["update", "update", "update", "chromium"]
    assert capsys.readouterr().out.count("waiting for another apt-get") == 1


def test_an_apt_get_that_fails_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lack(monkeypatch, "chromium", root=True)

    def run(command: list[str]) -> None:
        raise StepError("apt-get ended with code 100", output="E: Unable to fetch some archives")

    with pytest.raises(StepError, match="chromium not installed") as raised:
        system.provide("test", system.missing("test"), run)
    assert raised.value.output == "E: Unable to fetch some archives"


def test_with_rights_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_as_root", lambda: ["sudo", "-n"])
    monkeypatch.setattr("shutil.which", lambda command: f"/usr/bin/{command}")
    ran: list[str] = []

    system.provide(
        "test", [need for need in system.NEEDS if "test" in need.jobs], lambda command: ran.append(" ".join(command))
    )

    assert [line.split("Timeout=300 ")[1].split()[0] for line in ran] == ["update", "install", "install"]
    assert ran[1].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get")
    assert ran[1].endswith("chromium libatomic1 poppler-utils")
    assert ran[2].endswith("--no-install-recommends chromium-headless-shell")


def test_what_a_system_does_not_have_and_can_be_done_without_keeps_nothing_else_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lack(monkeypatch, "chromium-headless-shell", "chromium", root=True)
    ran: list[str] = []

    def run(command: list[str]) -> None:
        if command[-1] == "chromium-headless-shell":
            raise StepError("apt-get ended with code 100", output="E: Unable to locate package chromium-headless-shell")
        ran.append(command[-1])

    note = system.provide("test", system.missing("test"), run)

    assert ran == ["update", "chromium"]
    assert "going on without (the tests of pages take twice as long)" in note


def test_caches_move_where_the_home_can_not_take_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "XDG_CACHE_HOME" not in bootstrap.environment()

    (tmp_path / ".cache").touch()  # root may write everywhere, but not into a file

    assert bootstrap.environment()["XDG_CACHE_HOME"] == str(tmp_path / ".data" / "cache")


def test_a_place_that_can_not_be_written_to_is_told_as_that() -> None:
    with pytest.raises(StepError) as raised:
        bootstrap.run(["/bin/sh", "-c", "echo failed to create directory: Permission denied; exit 2"])

    assert "let this user write there" in raised.value.advice
