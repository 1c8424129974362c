"""What nobody sends in good faith: answered with a clear 4xx, and nothing is changed by it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from rest_framework import serializers

from pops.web.api.fields import Shape
from tests.api.walking import operations
from tests.factories.api import caller

JSON = "application/json"
HOSTILE = [
    ("{", JSON),
    ("null", JSON),
    ("[]", JSON),
    ('"text"', JSON),
    ('{"__proto__": {"is_admin": true}, "constructor": 1}', JSON),
    ('{"id": 1' + "0" * 400 + "}", JSON),
    ("[" * 50_000, JSON),
    ('{"a":' * 40 + "1" + "}" * 40, JSON),
    ('{"name": "\\u0000"}', JSON),
    ('{"name": "\\ud800"}', JSON),
    (b'{"name": "\xff"}', JSON),
    ("a" * 200_000, JSON),
    ("<name>Annex</name>", "application/xml"),
    ("name=Annex", "application/x-www-form-urlencoded"),
    ("name=Annex", "multipart/form-data; boundary=a"),
    ("O:8:stdClass", ""),
]


def rows() -> dict[str, int]:
    """How many there are of each model."""
    there = set(connection.introspection.table_names())
    models = [model for model in apps.get_models() if model._meta.db_table in there]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.mark.django_db
def test_no_body_gets_further_than_a_problem(practice, settings, monkeypatch):
    settings.API_CALLS_A_MINUTE = 1_000_000
    # A body of ten megabytes is tried once, in test_bodies.py.
    monkeypatch.setattr("pops.web.api.parsing.LARGEST", 100_000)
    api = caller()
    before = rows()

    for method, address, _ in operations():
        for body, kind in HOSTILE if method != "GET" else []:
            answer = api.call(method, address, body, Content_Type=kind)
            said = (method, address, str(body)[:30], answer.status_code, answer.content[:300])
            assert 400 <= answer.status_code < 500, said
            assert answer.json()["detail"], said

    assert rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "part", ["%00", "%ff", "a" * 3000, "..%2f..%2fetc", "9" * 5000, "-1", "%F0%9F%92%B8", "' OR 1=1"]
)
def test_no_address_gets_further_than_a_problem(practice, settings, part):
    settings.API_CALLS_A_MINUTE = 1_000_000
    api = caller()

    for method, address, _ in operations():
        for fit in ("987654321", "nobody", "nothing"):
            if f"/{fit}" in address:
                answer = api.call(method, address.replace(f"/{fit}", f"/{part}"), "{}" if method != "GET" else None)
                assert 400 <= answer.status_code < 500, (method, address, answer.content[:300])


def shapes_asked() -> Iterator[tuple[str, Shape]]:
    """What each write takes."""
    for method, address, view in operations():
        asks = getattr(getattr(view, method.lower()), "asks", None)
        if asks is not None:
            shape = asks() if isinstance(asks, type) else asks
            yield f"{method} {address}", getattr(shape, "child", shape)


def written_over(shape: Any, pointer: str = "") -> Iterator[str]:
    """Fields that can be read only and yet were taken, at any depth."""
    body = {name: None for name, field in shape.fields.items() if field.read_only} | {"unheard_of": 1}
    try:
        shape.run_validation(body)
        refused: dict[str, Any] = {}
    except serializers.ValidationError as failure:
        refused = failure.get_codes()
    yield from (f"{pointer}/{name}" for name in body if refused.get(name) not in (["read_only"], ["unknown"]))
    for name, field in shape.fields.items():
        inner = getattr(field, "child", field)
        if isinstance(inner, Shape) and not field.read_only:
            yield from written_over(inner, f"{pointer}/{name}")


def test_what_can_be_read_only_is_never_written():
    found = {name: list(written_over(shape)) for name, shape in shapes_asked()}

    assert {name: fields for name, fields in found.items() if fields} == {}
