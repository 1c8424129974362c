"""Django's own, for tables that are in use."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import DeadlockDetected, LockNotAvailable

from pops.core.postgresql.foreign_keys import build_missing

# Ten minutes: what a worker reads for a report may take two.
TIMES, PAUSE = 200, 3  # seconds
BUSY = f"not now: a table that it shuts is in use, and nobody is to wait for it. Again in {PAUSE} s."
GIVEN_UP = (
    "In ten minutes the table was never free for a moment. The migrations before this one are done, this one is not, "
    "and what runs goes on. Run migrate again at a quieter hour; SELECT * FROM pg_stat_activity ORDER BY xact_start "
    "shows who holds it."
)


class Command(migrate.Command):
    """`manage.py migrate`: goes on from where it stopped whenever a migration gave up waiting for a table.

    Last it builds the indexes of foreign keys that came to tables in use.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        self._migrate(*args, **options)
        if not (options["plan"] or options["check_unapplied"] or options["fake"]):
            built = build_missing(connections[options["database"]])
            if built and options["verbosity"]:
                self.stdout.write(f"  Built beside who writes, the indexes of: {', '.join(built)}")

    def _migrate(self, *args: Any, **options: Any) -> None:
        for _ in range(TIMES):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
                    raise
                self.stdout.write(f" {BUSY}")
                time.sleep(PAUSE)
        raise CommandError(GIVEN_UP)
