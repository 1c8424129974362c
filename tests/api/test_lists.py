"""Lists are read page by page, and say where the next one is."""

import pytest
from django.db import connection

from pops.core.accounts.models import Appointment, Statement
from pops.core.imports.kinds import GUARANTORS, PATIENTS
from tests.factories.api import caller
from tests.factories.practice import FacilityFactory, GroupFactory

pytestmark = pytest.mark.django_db


def test_pages_follow_each_other_until_all_was_told(practice):
    there = [FacilityFactory(name=f"Clinic {n}").pk for n in range(5)]
    api, told, address = caller("practice:read"), [], "/facilities?limit=2"

    while address:
        answer = api.get(address.removeprefix("http://localhost:8000"))
        told += [one["id"] for one in answer.json()["items"]]
        address = answer.json()["next"]
        assert answer.headers.get("Link", "") == (f'<{address}>; rel="next"' if address else "")

    assert told == there


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=1e2", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=x", "after"),
        ("after=WzFd%00", "after"),
        ("after=WyIxIl0x", "after"),
        ("after=WyJhIl0", "after"),
        ("after=W3RydWVd", "after"),
        ("after=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTld", "after"),
        ("offset=5", "offset"),
    ],
)
def test_what_stands_behind_the_question_mark_is_looked_at(practice, query, parameter):
    answer = caller("practice:read").get(f"/groups?{query}")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_who_has_it_already_is_not_told_again(practice):
    group, api = GroupFactory(), caller("practice:read")
    first = api.get(f"/groups/{group.pk}")

    again = api.get(f"/groups/{group.pk}", If_None_Match=first.headers["ETag"])

    assert first.json()["name"] == group.name
    assert (again.status_code, again.content) == (304, b"")


def test_what_grows_is_found_by_an_index(practice):
    """Days of appointments and of statements; and whether a new number is an old one without its zeros."""
    day, next_day = "2026-03-02T00:00Z", "2026-03-03T00:00Z"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
        plans = [
            Appointment.objects.filter(starts_at__gte=day, starts_at__lt=next_day).explain(),
            Statement.objects.filter(statement_date__gte=day[:10], statement_date__lte=day[:10]).explain(),
        ]
        for kind in (GUARANTORS, PATIENTS):
            number = kind.key[0]
            cursor.execute(
                f"EXPLAIN SELECT FROM (SELECT '123' AS {number}) s LEFT JOIN {kind.table} t"
                f" ON t.{kind.by_name[number].target} = s.{number} WHERE {kind.rules[0].broken}"
            )
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    used = ["appointment_by_time", "statement_by_day", "guarantor_number_without_zeros", "patient_number_without_zeros"]
    assert [name for name, plan in zip(used, plans, strict=True) if name not in plan] == [], "\n\n".join(plans)
