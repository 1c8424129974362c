"""`python -m pops.local with`, as it is typed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pops.local import environment
from pops.local.datadir import ROOT
from pops.local.steps import StepError
from tests.concurrency import wait_until


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pops.local", "with", *arguments]


def clean_env(**extra: str) -> dict[str, str]:
    """The environment of a person who has set nothing: the tests themselves run under `with`."""
    given = ("DATABASE_URL", "REDIS_URL", *environment.STRIPE)
    return {name: value for name, value in os.environ.items() if name not in given} | extra


def test_servers_run_beside_the_command_and_leave_nothing(tmp_path: Path) -> None:
    ask = (
        "import os, psycopg2, redis\n"
        "assert psycopg2.connect(os.environ['DATABASE_URL'])\n"
        "assert redis.Redis.from_url(os.environ['REDIS_URL']).ping()\n"
        "print(psycopg2.connect(os.environ['DATABASE_URL']).info.dsn_parameters['port'])\n"
        "raise SystemExit(7)"
    )
    data = Path(f"/var/tmp/pops-test-{os.getpid()}")  # noqa: S108 - `nobody` can't reach pytest's folder
    try:
        env = clean_env(POPS_DATA_DIR=str(data))
        done = subprocess.run(
            command("--throwaway", "--", sys.executable, "-c", ask), cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert done.returncode == 7, done.stderr
        assert 21000 <= int(done.stdout) < 32768
        assert not list(data.glob("throwaway-*"))
    finally:
        subprocess.run(["rm", "-rf", str(data)], check=True)


def test_servers_named_in_the_environment_are_used(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://db.example.com/pops", "REDIS_URL": "redis://broker.example.com/0"}
    done = subprocess.run(
        command("--throwaway", "--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL"),
        cwd=ROOT,
        env=clean_env(**urls),
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == list(urls.values())


def test_compiled_python_is_kept_although_none_may_lie_beside_the_sources(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://db.example.com/pops", "REDIS_URL": "redis://broker.example.com/0"}
    env = clean_env(**urls, PYTHONDONTWRITEBYTECODE="1")
    env.pop("PYTHONPYCACHEPREFIX", None)  # the tests' own
    ask = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"]
    done = subprocess.run(command("--throwaway", "--", *ask), cwd=ROOT, env=env, capture_output=True, text=True)

    assert done.stdout.split() == ["False", str(environment.CACHE / "python")]


def test_a_signal_reaches_the_command(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://db.example.com/pops", "REDIS_URL": "redis://broker.example.com/0"}
    said = tmp_path / "said"
    script = f"trap 'echo stopped > {said}; exit 5' TERM; echo ready > {said}; while :; do sleep 0.05; done"
    running = subprocess.Popen(command("--throwaway", "--", "sh", "-c", script), cwd=ROOT, env=clean_env(**urls))
    wait_until(said.exists)

    running.send_signal(signal.SIGTERM)

    assert running.wait(60) == 5
    assert said.read_text() == "stopped\n"


def test_half_a_set_of_stripe_keys_is_refused() -> None:
    with pytest.raises(StepError, match="STRIPE_WEBHOOK_SECRET"):
        environment.check({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_test_1"})
    environment.check({})
    environment.check(dict.fromkeys(environment.STRIPE, "set"))
