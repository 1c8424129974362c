"""The parts of the demo: how each is started, and how we know that it really works."""

import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from celery import Celery

from pops.local import datadir, environment
from pops.local.datadir import ROOT
from pops.local.ports import answers
from pops.local.process import Child
from pops.local.servers import Servers

Job = Callable[[], str]
# The worker processes by name, and the queues that each takes from.
WORKERS = {"Worker": "urgent", "Background worker": "mail,documents", "Webhook worker": "hooks"}
SCHEDULER = "Scheduler"
# On a busy machine the imports alone take more than a minute; what ends is told at once, however long this is.
PATIENCE = 240


class Product:
    """One demo: its folder, its environment, its children in the order they were started."""

    def __init__(self, servers: Servers, *, port: int, empty: bool = False) -> None:
        self.servers = servers
        self.empty = empty
        self.folder = servers.folder
        self.port = port
        self.site = f"http://127.0.0.1:{port}"
        self.sandbox = ""  # its address; empty with Stripe itself
        self.env: dict[str, str] = {}
        self._started: list[Child] = []
        self._celery: dict[str, Child] = {}  # workers and scheduler, by name

    @property
    def children(self) -> list[Child]:
        return [*self.servers.children, *self._started]

    @property
    def logs(self) -> Path:
        return datadir.make_folder(self.folder / "logs")

    def jobs(self) -> list[tuple[str, Job]]:
        """What there is to do, in order; each job returns a note for the display. They raise StepError."""
        return [
            ("PostgreSQL", self.servers.start_postgres),
            ("Valkey", self._start_broker),
            ("Stripe", self._start_stripe),
            ("Texts", self._start_texts),
            ("Database tables", lambda: self._manage("migrate", "--no-input")),
            self._seed(),
            ("Style sheets and scripts", self._collect_static),
            ("Web server", self._start_web),
            *((name, partial(self.await_answer, name)) for name in (*WORKERS, SCHEDULER)),
        ]

    def _seed(self) -> tuple[str, Job]:
        if self.empty:
            return "First administrator", lambda: self._manage("seed_demo", "--empty")
        return "Sample practice", lambda: self._manage("seed_demo")

    def stop(self) -> None:
        """Stop what was started here, last first; the servers are the caller's."""
        while self._started:
            self.end(self._started[-1])

    def end(self, child: Child) -> None:
        """Stop one part."""
        self._started.remove(child)
        child.stop()

    # --- The parts ----------------------------------------------------------------------------------------

    def _start_broker(self) -> str:
        note = self.servers.start_broker()
        self.env = environment.demo(self.servers.urls, folder=self.folder, port=self.port)
        return note

    def _start_stripe(self) -> str:
        if environment.has_stripe(os.environ):
            return "Stripe itself, with the keys that are set"
        data = datadir.make_folder(self.folder / "stripe")
        port = datadir.kept_port(self.folder / "stripe.port")
        self.sandbox = f"http://127.0.0.1:{port}"
        self.env |= _sandbox_keys(data, self.sandbox)
        command = _python("-m", "pops.local.stripe_sandbox", "--port", str(port), "--data-dir", str(data))
        command += ["--webhook-url", f"{self.site}/webhooks/stripe/"]
        command += ["--webhook-secret", self.env["STRIPE_WEBHOOK_SECRET"]]
        command += ["--secret-key", self.env["STRIPE_SECRET_KEY"]]
        command += ["--publishable-key", self.env["STRIPE_PUBLISHABLE_KEY"]]
        child = self._child("Stripe sandbox", command)
        child.wait_until(lambda: answers(self.env["STRIPE_JS_URL"]))
        return f"sandbox on port {port}"

    def _start_texts(self) -> str:
        if environment.has_twilio(os.environ):
            return "Twilio itself, with the account that is set"
        data = datadir.make_folder(self.folder / "texts")
        port = datadir.kept_port(self.folder / "texts.port")
        self.env |= _twilio_account(self.env["SECRET_KEY"], f"http://127.0.0.1:{port}")
        self.env["POPS_TEXT_DIR"] = str(data)
        command = _python("-m", "pops.local.twilio_sandbox", "--port", str(port), "--data-dir", str(data))
        command += ["--incoming-url", f"{self.site}/webhooks/texts/incoming/"]
        command += ["--account-sid", self.env["TWILIO_ACCOUNT_SID"], "--auth-token", self.env["TWILIO_AUTH_TOKEN"]]
        child = self._child("Twilio sandbox", command)
        child.wait_until(lambda: answers(self.env["TWILIO_API_BASE"]))
        return f"sandbox on port {port}"

    def _collect_static(self) -> str:
        """Compress style sheets and scripts, unless they are the same as last time."""
        done, now = self.folder / "static.stamp", _fingerprint(ROOT / "static", ROOT / ".venv" / ".pops-ready")
        if done.exists() and done.read_text() == now:
            return "unchanged"
        self._manage("collectstatic", "--no-input", "--clear")
        done.write_text(now)
        return ""

    def _start_web(self) -> str:
        # All begin at once: most of their start is Python's imports, and there are cores for it.
        web = self.launch_web()
        for name in WORKERS:
            self.launch_worker(name)
        self.launch_scheduler()
        self.await_web(web)
        return self.site

    def await_web(self, web: Child) -> None:
        """Wait until the web server reaches its database."""
        web.wait_until(lambda: answers(f"{self.site}/health/"), seconds=PATIENCE, pause=0.1)

    def await_answer(self, name: str) -> str:
        """Wait until a worker, or the scheduler, answers."""
        self._celery[name].wait_until(partial(self.is_answering, name), seconds=PATIENCE)
        return ""

    def is_answering(self, name: str) -> bool:
        """Whether this worker, or the scheduler, answers when asked by way of the broker."""
        with Celery("probe", broker=self.env["REDIS_URL"], set_as_current=False) as probe:
            return bool(probe.control.ping([_node(name)], timeout=0.3))

    def launch_web(self) -> Child:
        command = _python("-m", "gunicorn", "pops.wsgi", "--config", "python:pops.gunicorn")
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--graceful-timeout", "5"]
        return self._child("Web server", command)

    def launch_worker(self, name: str) -> Child:
        return self._launch_celery(name, "worker", "--queues", WORKERS[name], "--concurrency", "2")

    def launch_scheduler(self) -> Child:
        schedule = datadir.make_folder(self.folder / "beat") / "schedule"
        return self._launch_celery(SCHEDULER, "beat", "--pidfile=", "--schedule", str(schedule))

    def _launch_celery(self, name: str, *arguments: str) -> Child:
        command = _python("-m", "celery", "-A", "pops", *arguments, "--hostname", _node(name))
        self._celery[name] = self._child(name, command)
        return self._celery[name]

    # --- Running them -------------------------------------------------------------------------------------

    def _child(self, name: str, command: Sequence[str]) -> Child:
        log = self.logs / f"{_slug(name)}.log"
        child = Child(name, command, log=log, env=self.env, cwd=ROOT)
        self._started.append(child)
        return child

    def _manage(self, *arguments: str) -> str:
        """Run one management command to its end."""
        log = self.logs / f"{arguments[0]}.log"
        log.unlink(missing_ok=True)
        command = _python("manage.py", *arguments)
        child = Child(f"manage.py {arguments[0]}", command, log=log, env=self.env, cwd=ROOT)
        self._started.append(child)
        try:
            if child.popen.wait() != 0 and (error := child.died()):
                raise error
        finally:
            self.end(child)
        return ""


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _node(name: str) -> str:
    """The name under which Celery knows a worker or the scheduler."""
    return f"{_slug(name)}@demo"


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _fingerprint(*paths: Path) -> str:
    """Names, sizes and times of the files in these places, as one word."""
    files = [file for path in paths for file in (path, *sorted(path.rglob("*"))) if file.is_file()]
    facts = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _sandbox_keys(data: Path, address: str) -> dict[str, str]:
    """Keys for the sandbox: kept, as it knows its customers by them, and drawn anew in every clone."""
    secret = data / "keys"
    if not secret.exists():
        datadir.write_private(secret, secrets.token_hex(12))
    key = secret.read_text()
    return {
        "STRIPE_SECRET_KEY": f"sk_test_{key}",
        "STRIPE_PUBLISHABLE_KEY": f"pk_test_{key[::-1]}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{key}",
        "STRIPE_API_BASE": address,
        "STRIPE_JS_URL": f"{address}/stripe.js",
    }


def _twilio_account(secret: str, address: str) -> dict[str, str]:
    """An account at the sandbox, whose numbers are nobody's. Codes come from one of their own: STOP stops none."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + hashlib.sha256(f"sid {secret}".encode()).hexdigest()[:32],
        "TWILIO_AUTH_TOKEN": hashlib.sha256(f"token {secret}".encode()).hexdigest()[:32],
        "TWILIO_FROM": "+13125550100",
        "TWILIO_CODES_FROM": "+13125550101",
        "TWILIO_API_BASE": address,
    }
