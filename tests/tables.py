"""The tables that each process of the tests copies: made once, beside other checks, as they take half a minute."""

import os
from contextlib import closing

import django
import psycopg2
from django.db import connection

# Named by `make test` (pops/local/checks.py) once they are there.
VARIABLE, NAME = "POPS_TEST_TABLES", "test_pops_tables"


def use_tables() -> None:
    """Have this process copy them, if there are some."""
    if name := os.environ.get(VARIABLE):
        connection.settings_dict["TEST"]["TEMPLATE"] = name


def drop_tables() -> None:
    """Leave none behind in a server that was given."""
    if name := os.environ.get(VARIABLE):
        with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as own:
            own.autocommit = True
            own.cursor().execute(f"DROP DATABASE IF EXISTS {name}")


def _make_tables() -> None:
    django.setup()
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    connection.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pops.settings")
    _make_tables()
