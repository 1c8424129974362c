"""Dockerfile, Compose and .env.example agree with the settings. No Docker runs here: they are read, not run."""

import re

from pops.local.datadir import ROOT
from pops.local.system import NEEDS

EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "pops" / "settings.py").read_text()

DOCUMENTED = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
READ = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)\"""", SETTINGS))
# What the settings can't do without: read with no default.
REQUIRED = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)"\s*\)""", SETTINGS))


def service(name: str) -> str:
    """The lines of one service in the Compose file."""
    services = COMPOSE.split("\nservices:\n")[1]
    found = re.search(rf"^  {name}:\n(.*?)(?=^  \w|^\w)", services, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def test_every_setting_is_documented() -> None:
    assert len(READ) > 10
    assert not READ - DOCUMENTED


def test_compose_asks_for_documented_variables_only() -> None:
    assert set(re.findall(r"\$\{?([A-Z_]+)", COMPOSE.replace("$$", ""))) <= DOCUMENTED


def test_compose_gives_what_the_settings_cannot_do_without() -> None:
    assert len(REQUIRED) > 5
    for name in REQUIRED:
        line = re.search(rf"^    {name}: (.*)$", COMPOSE, re.MULTILINE)
        assert line, f"{name} is given"
        assert ":?" in line[1], f"{name} is said to be missing before anything starts"


def test_no_secret_has_a_value_in_the_example() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)


def test_every_process_waits_for_the_migrations_and_every_server_is_watched() -> None:
    for name in ("web", "worker", "beat"):
        assert "depends_on: *ready" in service(name)
    assert "condition: service_completed_successfully" in COMPOSE
    for name in ("worker", "beat", "postgres", "redis"):
        assert "healthcheck:" in service(name)
    assert "HEALTHCHECK" in DOCKERFILE


def test_database_and_broker_are_not_reachable_from_outside() -> None:
    for name in ("postgres", "redis"):
        assert "networks: [inside]" in service(name)
        assert "ports:" not in service(name)
    assert '"127.0.0.1:' in service("web")


def test_the_image_runs_as_an_ordinary_user_with_the_libraries_pdf_needs() -> None:
    assert re.search(r"^USER pops$", DOCKERFILE, re.MULTILINE)
    for need in NEEDS:
        assert (need.package in DOCKERFILE) == ("demo" in need.jobs), need.package


def test_secrets_and_development_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert {".env", ".git", ".data", ".venv", "pops/local"} <= set(ignored)
