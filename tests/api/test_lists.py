"""Lists are read page by page, and say where the next one is."""

import pytest

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
