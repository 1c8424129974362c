"""Dockerfile, Compose and .env.example agree with the settings. No Docker runs here: they are read, not run."""

import os
import re
import subprocess
import sys
from itertools import chain

import pytest
from django.conf import settings

from pops.local.datadir import ROOT
from pops.local.system import NEEDS

EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DOCUMENT = (ROOT / "docs" / "deployment.md").read_text()
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "pops" / "settings.py").read_text()
CADDYFILE = (ROOT / "docs" / "deployment" / "Caddyfile").read_text()

DOCUMENTED = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
READ = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z0-9_]+)\"""", SETTINGS))
# What the settings can't do without: read with no default.
REQUIRED = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z0-9_]+)"\s*\)""", SETTINGS))
OURS = ("web", "urgent", "worker", "hooks", "beat", "migrate")
COMMANDS = {name: (ROOT / "docs" / "deployment" / "systemd" / f"pops-{name}.service").read_text() for name in OURS[:-1]}


def service(name: str) -> str:
    """The lines of one service in the Compose file."""
    services = COMPOSE.split("\nservices:\n")[1]
    found = re.search(rf"^  {name}:\n(.*?)(?=^  \w|^  #|^\w)", services, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def shared(name: str) -> str:
    """The lines of one of the parts that services share, with what that one takes over."""
    found = re.search(rf"^x-{name}: &{name}\n(.*?)(?=^\w)", COMPOSE, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1] + "".join(shared(other) for other in re.findall(r"^  <<: \*(\w+)", found[1], re.MULTILINE))


def whole(name: str) -> str:
    """One service with what it takes over."""
    own = service(name)
    return own + "".join(shared(other) for other in re.findall(r"^    <<: \*(\w+)", own, re.MULTILINE))


# --- Variables --------------------------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    assert len(READ) > 10
    assert not READ - DOCUMENTED


def test_readme_names_what_the_example_explains() -> None:
    table = README.split("| variable | what it is | default |")[1].split("\n\n")[0]
    cells = "".join(line.split("|")[1] for line in table.splitlines() if line.count("|") > 2)
    named = {name.rstrip("*") for name in re.findall(r"[A-Z][A-Z0-9_]+\*?", cells)}

    assert len(named) > 20
    assert all(any(name.startswith(start) for name in DOCUMENTED) for start in named)
    assert READ - {"DEBUG", "POPS_DEBUG"} <= {name for name in DOCUMENTED if name.startswith(tuple(named))}


def test_all_that_the_example_offers_reaches_every_container() -> None:
    for name in OURS:
        assert "env_file: [.env]" in whole(name), name
        # What Compose puts beside the file comes from the file's own variable first, or nothing.
        for variable, value in re.findall(r"^ +([A-Z0-9_]+): (.*)$", whole(name), re.MULTILINE):
            assert value.startswith(f"${{{variable}:-"), f"{name} is given the file's {variable}"


def test_compose_asks_for_documented_variables_only() -> None:
    assert set(re.findall(r"\$\{?([A-Z_]+)", COMPOSE.replace("$$", ""))) <= DOCUMENTED


def test_compose_itself_requires_nothing() -> None:
    """Compose before 2026 asks for a required variable though another stands in its place. The settings say it."""
    assert not re.search(r"\$\{[A-Z_]+:?\?", COMPOSE)


def test_settings_name_all_that_is_missing_at_once() -> None:
    bare = {"PATH": os.environ["PATH"], "STRIPE_SECRET_KEY": "", "SITE_URL": "https://pay.example.com"}

    run = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=bare, capture_output=True, text=True)

    assert run.returncode != 0
    said = run.stderr.splitlines()[-1]
    assert {name for name in REQUIRED | {"EMAIL_URL"} if name in said} == (REQUIRED - {"SITE_URL"}) | {"EMAIL_URL"}
    assert "SITE_URL" not in said


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_can_load_the_example(shell: str) -> None:
    show = 'set -aeu; . ./.env.example; echo "$DEFAULT_FROM_EMAIL"'

    run = subprocess.run([shell, "-c", show], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout == "Example Family Medicine <billing@example.com>\n"
    assert run.stderr == ""


def test_hsts_reaches_further_than_this_site_only_when_told() -> None:
    names = [f"SECURE_HSTS_{name}" for name in ("SECONDS", "INCLUDE_SUBDOMAINS", "PRELOAD")]
    show = f"from django.conf import settings as s; print(*(getattr(s, name) for name in {names}))"

    def hsts(**given: str) -> list[str]:
        env = {**os.environ, "SECURE_HTTPS": "on", **given}
        command = [sys.executable, "-c", show]
        run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        return run.stdout.split()

    assert hsts() == ["31536000", "False", "False"]
    assert hsts(HSTS_SUBDOMAINS="on", HSTS_PRELOAD="on") == ["31536000", "True", "True"]
    assert hsts(HSTS_PRELOAD="on")[1:] == ["False", "False"], "browsers' lists take whole domains only"
    assert hsts(HSTS_SUBDOMAINS="on", SECURE_HTTPS="off") == ["0", "False", "False"]


def test_no_secret_has_a_value_in_the_example() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)


# --- Parts ------------------------------------------------------------------------------------------------------


def test_every_process_waits_for_the_migrations_and_every_server_is_watched() -> None:
    for name in set(OURS) - {"migrate"}:
        assert "depends_on: *ready" in whole(name)
    assert "condition: service_completed_successfully" in shared("ready")
    for name in {*OURS, "postgres", "redis"} - {"web", "migrate"}:
        assert "healthcheck:" in whole(name), name
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_documents_name_every_process_wherever_they_name_all() -> None:
    count = {6: "six"}[len(OURS)]
    rows = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    lines = [line for path in (ROOT / "docs").glob("*.md") for line in path.read_text().splitlines()]
    # Stopping all, restarting all: whoever names web, urgent and worker means them all.
    of_all = [line for line in lines if {"web", "urgent", "worker"} <= set(re.findall(r"(?:pops-)?(\w+)", line))]

    assert f"POPS is {count} processes" in DOCUMENT
    assert tuple(rows) == OURS
    assert len(of_all) > 3
    assert [line for line in of_all if "hooks" not in line] == []


def test_every_container_has_bounds_for_its_memory_and_its_log() -> None:
    names = re.findall(r"^  (\w+):\n    (?:<<|image)", COMPOSE.split("\nservices:\n")[1], re.MULTILINE)

    assert {*OURS, "proxy", "port", "postgres", "redis"} == set(names)
    for name in names:
        assert "mem_limit:" in whole(name), name
        assert "logging: *logging" in whole(name), name


@pytest.mark.parametrize(
    ("sample", "takes_whole", "gives_up"),
    [
        (
            "nginx.conf",
            ["proxy_request_buffering on;", "proxy_buffering on;"],
            ["client_header_timeout", "client_body_timeout"],
        ),
        ("Caddyfile", ["request_buffers", "response_buffers"], ["read_header", "read_body"]),
        ("Caddyfile.debian", ["buffer_requests", "buffer_responses"], ["read_header", "read_body"]),
    ],
)
def test_requests_that_are_sent_by_half_stay_at_the_proxy(
    sample: str, takes_whole: list[str], gives_up: list[str]
) -> None:
    """Twelve of them would hold every thread of the web server for as long as their senders like."""
    said = (ROOT / "docs" / "deployment" / sample).read_text()

    for setting in takes_whole:
        assert re.search(rf"^\s+{setting}", said, re.MULTILINE), setting
    for setting in gives_up:
        assert re.search(rf"^\s+{setting} \d+s", said, re.MULTILINE), setting


def test_only_the_proxies_have_ports() -> None:
    with_ports = {name for name in (*OURS, "postgres", "redis", "proxy", "port") if "ports:" in whole(name)}

    assert with_ports == {"proxy", "port"}
    assert '"127.0.0.1:' in service("port")
    for name in ("postgres", "redis"):
        assert "networks: [inside]" in service(name)


def test_browsers_are_told_of_http_3_only_where_it_can_come_in() -> None:
    assert ("443:443/udp" in service("proxy")) != ("protocols h1 h2" in CADDYFILE)


def test_own_servers_and_proxies_are_left_out_where_others_are_given() -> None:
    for name in ("postgres", "redis", "proxy", "port"):
        assert f"profiles: [{name}]" in service(name)
    for part in (shared("ready"), service("migrate")):
        assert "required: false" in part


def test_no_password_stands_on_a_command_line() -> None:
    commands = re.findall(r"^    command:.*(?:\n      .*)*", COMPOSE, re.MULTILINE)

    assert len(commands) > 4
    assert not re.search(r"(?<!\$)\$\{?\w*(PASSWORD|SECRET|URL)", "".join(commands))
    assert "--requirepass" not in COMPOSE


@pytest.mark.parametrize("where", ["compose", "systemd"])
def test_each_queue_has_its_worker_and_urgent_ones_a_process_of_their_own(where: str) -> None:
    commands = {name: service(name) if where == "compose" else COMMANDS[name] for name in ("urgent", "worker", "hooks")}
    taken = {}
    for name, command in commands.items():
        found = re.search(r"""--queues[, ]+"?([\w,]+?)"?[, ]+--""", command)
        assert found, name
        taken[name] = found[1].split(",")

    assert sorted(chain(*taken.values())) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)
    assert taken["urgent"] == ["urgent"]


def test_the_image_runs_as_an_ordinary_user_with_the_libraries_pdf_needs() -> None:
    assert re.search(r"^USER pops$", DOCKERFILE, re.MULTILINE)
    for need in NEEDS:
        assert (need.package in DOCKERFILE) == ("demo" in need.jobs), need.package
        assert (need.package in DOCUMENT) == ("demo" in need.jobs), f"{need.package} without Docker"


def test_secrets_and_development_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert {".env", ".git", ".data", ".venv", "pops/local"} <= set(ignored)
