"""Form encoding as Stripe speaks it (`metadata[a]=1`, `expand[]=x`) and the checks of single parameters."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from pops.local.stripe_sandbox.errors import invalid, missing, unknown_parameter
from pops.local.stripe_sandbox.types import Obj

METADATA_KEYS, METADATA_NAME, METADATA_VALUE = 50, 40, 500
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def decode(encoded: str) -> Obj:
    """Turn `a[b]=1&c[]=2&c[]=3` into `{"a": {"b": "1"}, "c": ["2", "3"]}`."""
    tree: Obj = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, *keys = [name.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", name)]
        _plant(tree, [head, *keys], value)
    return {name: value if name == "metadata" else _lists(value) for name, value in tree.items()}


def _plant(tree: Obj, path: list[str], value: str) -> None:
    for key in path[:-1]:
        branch = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(branch, dict):
            raise invalid(f"Invalid hash: {path[0]}", param=path[0])
        tree = branch
    tree[path[-1] or str(len(tree))] = value


def _lists(value: str | Obj) -> str | Obj | list[object]:
    if isinstance(value, str):
        return value
    inner = {key: below if key == "metadata" else _lists(below) for key, below in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return list(inner.values())
    return inner


def allow(params: Obj, *names: str) -> None:
    """Refuse what the endpoint doesn't know, as Stripe does: a misspelt parameter must not pass silently."""
    for name in params:
        if name not in {*names, "expand", "key"}:
            raise unknown_parameter(name)


def text(params: Obj, name: str, *, longest: int = 5000) -> str | None:
    """A string parameter; None when absent or empty (empty unsets a field at Stripe)."""
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid("Invalid string", param=name)
    if value and len(value) > longest:
        raise invalid(f"Invalid string: must be at most {longest} characters", param=name)
    return value or None


def required(params: Obj, name: str) -> str:
    value = text(params, name)
    if value is None:
        raise missing(name)
    return value


def integer(params: Obj, name: str) -> int | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def boolean(params: Obj, name: str) -> bool:
    value = params.get(name, "false")
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def mapping(params: Obj, name: str) -> Obj:
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid hash: {name}", param=name)
    return value


def choice(params: Obj, name: str, allowed: tuple[str, ...]) -> str | None:
    value = text(params, name)
    if value is not None and value not in allowed:
        raise invalid(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
    return value


def email(params: Obj, name: str) -> str | None:
    value = text(params, name, longest=512)
    if value and not EMAIL.fullmatch(value):
        raise invalid(f"Invalid email address: {value}", code="email_invalid", param=name)
    return value


def metadata(params: Obj, before: Obj | None = None) -> Obj:
    """Merge the given metadata over what was there; an empty value removes its key."""
    if params.get("metadata") == "":
        return {}
    merged = {**(before or {}), **mapping(params, "metadata")}
    merged = {key: value for key, value in merged.items() if value != ""}
    if len(merged) > METADATA_KEYS:
        raise invalid(f"You can specify at most {METADATA_KEYS} metadata keys.", param="metadata")
    for key, value in merged.items():
        _check_metadata(key, value)
    return merged


def _check_metadata(key: str, value: object) -> None:
    param = f"metadata[{key}]"
    if not isinstance(value, str):
        raise invalid(f"Metadata values must be strings, but for key {key} you passed a hash.", param=param)
    if len(key) > METADATA_NAME:
        raise invalid(f"Metadata keys can have up to {METADATA_NAME} characters.", param=param)
    if len(value) > METADATA_VALUE:
        message = f"Metadata values can have up to {METADATA_VALUE} characters, but you passed in a value that is "
        raise invalid(f"{message}{len(value)} characters.", param=param)
