"""The other browsers, of `make browsers`: what they need is asked for by that alone, and nothing else runs them."""

import re
import tomllib
from pathlib import Path

import pytest

from pops.local import bootstrap, system
from pops.local.datadir import ROOT
from pops.local.steps import StepError

BROWSERS = ROOT / "tests" / "browsers"
OTHER_JOBS = ("demo", "test", "bench", "lint")


@pytest.fixture
def bare_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian with nothing on it, for one who may not install."""
    monkeypatch.setattr(system, "_as_root", lambda: None)
    monkeypatch.setattr(system, "_is_there", lambda need: False)
    monkeypatch.setattr("shutil.which", lambda command: f"/usr/bin/{command}")


def packages(job: str) -> set[str]:
    return {need.package for need in system.missing(job)}


def engines_packages() -> set[str]:
    """As the engines name them. Read, not imported: Selenium is no part of the tests."""
    lists = re.findall(r"packages = \((.+)\)", (BROWSERS / "engines.py").read_text())
    return {package for names in lists for package in re.findall(r'"([^"]+)"', names)}


@pytest.mark.usefixtures("bare_debian")
def test_only_browsers_asks_for_the_engines() -> None:
    engines = engines_packages()
    assert {"firefox-esr", "webkit2gtk-driver", "chromium"} < engines
    assert engines <= packages("browsers")

    for job in OTHER_JOBS:
        assert engines & packages(job) <= {"chromium"}


@pytest.mark.usefixtures("bare_debian")
@pytest.mark.parametrize(("job", "asks"), [("test", False), ("demo", False), ("browsers", True)])
def test_who_asks_for_all_at_once_asks_for_engines_only_to_run_them(job: str, asks: bool) -> None:
    with pytest.raises(StepError) as raised:
        system.provide(job, system.missing(job), bootstrap.run)

    assert ("firefox-esr" in raised.value.advice) is asks


def test_without_an_engine_the_others_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_as_root", lambda: None)
    monkeypatch.setattr(system, "_is_there", lambda need: need.package != "firefox-esr")

    note = system.provide("browsers", system.missing("browsers"), bootstrap.run)

    assert note.startswith("going on without (a browser engine is not tried)")


def test_their_python_packages_come_only_for_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    uv = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]
    assert set(bootstrap.GROUPS.values()).isdisjoint(uv["default-groups"])
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "run", lambda command: ran.append(" ".join(command)))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)

    for job in ("test", "browsers"):
        bootstrap.sync_packages(job)

    assert [line.split("bin/uv ")[1] for line in ran if " sync " in line] == [
        "sync --frozen",
        "sync --frozen --group browsers",
    ]


def test_a_folder_made_ready_for_them_is_ready_for_the_tests_and_not_the_other_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "fingerprint", lambda: "of the files as they are")

    bootstrap.STAMP.write_text("of the files as they are")
    assert bootstrap.is_fresh("test")
    assert not bootstrap.is_fresh("browsers")

    bootstrap.STAMP.write_text("of the files as they are" + bootstrap.GROUPS["browsers"])
    assert bootstrap.is_fresh("browsers")
    assert bootstrap.is_fresh("test")


def test_the_test_run_does_not_collect_them() -> None:
    assert [path.name for path in BROWSERS.glob("*.py") if path.match("test_*") or path.match("*_test.py")] == []
