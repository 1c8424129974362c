"""The demo's own processes with its sample practice, for what is done from outside: the soak and the other browsers."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.db import connections
from environ import Env

from pops.local.product import Product
from pops.local.servers import Servers, throwaway_folder
from tests.notifications.mail_server import free_port
from tests.notifications.processes import database_url

# Seconds. Then what was asked for does not come any more.
PATIENCE = 60


@contextmanager
def running_product(*, own_servers: bool = False) -> Iterator[Product]:
    """The demo with its sample practice, on the database and broker that this process was given.

    With `own_servers` on such as it may kill; this process asks that database then, too.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # Without the keys and addresses that we were given otherwise: the demo has its own.
    given = {} if own_servers else {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
    patched = mock.patch.dict(os.environ, {**kept, **given}, clear=True)
    with throwaway_folder() as folder, patched, Servers(folder, durable=True) as servers:
        product = Product(servers, port=free_port())
        try:
            for label, job in product.jobs():
                print(f"  {label} {job()}", flush=True)  # noqa: T201 - for who waits at a terminal
            with _asking(product.env["DATABASE_URL"]):
                yield product
        finally:
            product.stop()


@contextmanager
def _asking(url: str) -> Iterator[None]:
    """Have each thread of this process ask that database meanwhile."""
    ours = connections.settings["default"]
    before, given = dict(ours), Env.db_url_config(url)
    connections.close_all()
    ours.update({name: given[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    try:
        yield
    finally:
        connections.close_all()
        ours.update(before)


def wait_for_code(product: Product, email: str, *, since: float) -> str:
    """The sign-in code in the mail to this address that was sent after a moment (seconds of the epoch)."""
    while time.time() < since + PATIENCE:
        for mail in Path(product.env["POPS_MAIL_DIR"]).glob("*.eml"):
            if mail.stat().st_mtime > since - 0.1:
                text = mail.read_text()
                if f"To: {email}\n" in text and (code := re.search(r"^(\d{6})$", text, re.MULTILINE)):
                    return code[1]
        time.sleep(0.2)
    raise AssertionError(f"no code came within {PATIENCE} s")
