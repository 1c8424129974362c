"""Whatever is sent, the answer is one that the schema tells of, and never a fault of ours.

A few examples of each operation, the same each time. API_EXAMPLES=200 tries more.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pops.wsgi import application
from tests.factories.api import caller

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    """The schema, with the application beside it, which would close the connection that a test is in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def asked_often(practice, settings) -> None:
    """More often than a system asks."""
    settings.API_CALLS_A_MINUTE = settings.API_WRONG_KEYS_A_MINUTE = 1_000_000


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def answers_as_told(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @BOUNDED
    def check(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()


@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_with_a_key(schema, mode):
    headers = {"Authorization": f"Bearer {caller().text}"}
    for operation in operations(schema):
        answers_as_told(operation, mode, headers)


@pytest.mark.django_db
def test_without_a_key(schema):
    for operation in operations(schema):
        answers_as_told(operation, GenerationMode.POSITIVE, {})


@pytest.mark.django_db
def test_one_call_after_the_other(schema):
    """What one operation answers is sent to the next ones."""
    text = caller().text
    machine = schema.as_state_machine()

    class System(machine):  # type: ignore[misc, valid-type]  # made of the schema
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {text}"}}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS, headers={"Authorization": f"Bearer {text}"})

    System.run(settings=settings(BOUNDED, max_examples=EXAMPLES * 5, stateful_step_count=6))
