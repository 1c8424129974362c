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
    assert not bootstrap.is_fresh()
    bootstrap.STAMP.write_text(bootstrap.fingerprint())
    assert bootstrap.is_fresh()

    (tmp_path / "uv.lock").write_text("two")

    assert not bootstrap.is_fresh()


def test_a_failing_command_is_told_with_its_last_lines() -> None:
    with pytest.raises(StepError, match="ended with code 4") as raised:
        bootstrap.run(["/bin/sh", "-c", "echo no route to the index; exit 4"])

    assert raised.value.output == "no route to the index"


def test_without_rights_the_demo_goes_on_and_the_tests_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "_as_root", lambda: None)
    monkeypatch.setattr(system, "_is_there", lambda need: False)

    note = system.provide("demo", system.missing("demo"), bootstrap.run)
    assert "apt-get install -y --no-install-recommends libpango-1.0-0" in note
    assert "chromium" not in note
    with pytest.raises(StepError, match="can't drive a browser") as raised:
        system.provide("test", system.missing("test"), bootstrap.run)
    assert "chromium" in raised.value.advice


def test_with_rights_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_as_root", lambda: ["sudo", "-n"])
    monkeypatch.setattr("shutil.which", lambda command: f"/usr/bin/{command}")
    ran: list[str] = []

    system.provide("test", list(system.NEEDS), lambda command: ran.append(" ".join(command)))

    assert [line.split("Timeout=120 ")[1].split()[0] for line in ran] == ["update", "install"]
    assert ran[1].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")
    assert ran[1].endswith("chromium poppler-utils")
