"""Each answer that a test gets is held against docs/openapi.yaml: nothing comes that isn't in there."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs  # schemathesis judges by it
import yaml
from django.urls import Resolver404

from tests.conventions.source import ROOT

PART = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def described() -> dict[str, Any]:
    """What is told, and nothing beside it."""
    said: dict[str, Any] = yaml.load((ROOT / "docs/openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    for schema in said["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return said


def check_told(method: str, answer: Any) -> None:
    """That the schema tells of such an answer. Where it has no such method, there is nothing to tell."""
    try:
        path = "/" + PART.sub(r"{\1}", answer.resolver_match.route)
    except Resolver404:
        return
    operation = described()["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return
    told = f"{method} {path}: {answer.status_code}"
    response = operation["responses"].get(str(answer.status_code))
    assert response, f"{told} is not described"
    if "$ref" in response:
        response = described()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    if kinds := response.get("content"):
        kind = answer["Content-Type"].partition(";")[0]
        assert kind in kinds, f"{told} is not described as {kind}"
        if kind.endswith("json"):
            for fault in _judge(json.dumps(kinds[kind]["schema"])).iter_errors(answer.json()):
                raise AssertionError(f"{told} is not as described: {fault.message}, at {fault.instance_path}")


def check_event(body: dict[str, Any]) -> None:
    """That the schema tells of such a webhook."""
    asked = described()["webhooks"][body["type"]]["post"]["requestBody"]["content"]["application/json"]
    for fault in _judge(json.dumps(asked["schema"])).iter_errors(body):
        raise AssertionError(f"{body} is not as described: {fault.message}, at {fault.instance_path}")


@cache
def _judge(schema: str) -> Any:
    return jsonschema_rs.validator_for({**json.loads(schema), "components": described()["components"]})
