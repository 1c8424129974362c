"""What the database runs is what stands in the .sql files beside their callers."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from notifications.models import Message
from payments.models import Payment
from pops.core.locks import DAY_LOCKS
from receipts.notices import KIND, Reason

FILES = sorted(
    path
    for app in ("pops", "batches", "receipts", "payments", "notifications")
    for path in (Path(settings.BASE_DIR) / app).rglob("*.sql")
)
FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?LANGUAGE ([^$]*?)AS \$\$(.*?)\$\$", re.DOTALL)
SET = re.compile(r"SET (\w+) = (\w+)")
VIEW = re.compile(r"CREATE VIEW (\w+) AS\n(.*);", re.DOTALL)


def functions_of(text: str) -> dict[str, tuple[list[str], str]]:
    """What each sets while it runs, and its body, by name."""
    return {name: (["=".join(one) for one in SET.findall(how)], body) for name, how, body in FUNCTION.findall(text)}


def ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def test_there_are_some():
    assert {path.name for path in FILES} >= {"business_date.sql", "owed.sql", "issue.sql", "notices.sql", "settle.sql"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_is_what_the_database_has(path):
    text = path.read_text()
    for name, (settings_of, body) in functions_of(text).items():
        assert ask("SELECT prosrc FROM pg_proc WHERE proname = %s", name) == body, f"{name}: needs a migration"
        assert (ask("SELECT proconfig FROM pg_proc WHERE proname = %s", name) or []) == settings_of, name
    for name, query in VIEW.findall(text):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY VIEW as_in_the_file AS {query}")
        mine, theirs = (ask("SELECT pg_get_viewdef(%s::regclass)", view) for view in ("as_in_the_file", name))
        assert mine == theirs, f"{name}: needs a migration"
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW as_in_the_file")


def test_a_changed_body_is_seen():
    good = "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"

    assert functions_of(good) == {"one": ([], " SELECT 1 ")}
    assert functions_of(good.replace("1", "2")) != functions_of(good)
    assert functions_of(good.replace("sql AS", "sql SET jit = off AS")) == {"one": (["jit=off"], " SELECT 1 ")}


def test_they_say_the_words_that_python_says():
    notices = (Path(settings.BASE_DIR) / "receipts/notices.sql").read_text()
    settle = (Path(settings.BASE_DIR) / "payments/settle.sql").read_text()

    for word in (KIND, Reason.SWITCHED_OFF, Reason.OPTED_OUT, Reason.NO_ADDRESS, *(Message.State.QUEUED, "not_wanted")):
        assert f"'{word}'" in notices
    payer = (Path(settings.BASE_DIR) / "payments/payer.sql").read_text()
    assert f"p.state IN ({', '.join(repr(state.value) for state in Payment.UNSETTLED)})" in payer
    assert f"pg_advisory_xact_lock_shared({DAY_LOCKS}, _held - DATE '0001-01-01' + 1)" in settle
