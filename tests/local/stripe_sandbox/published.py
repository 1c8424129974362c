"""What Stripe publishes of its objects: the annotations of the pinned package, and the samples of its OpenAPI file."""

import json
import typing
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, Union

import stripe

SAMPLES = json.loads((Path(__file__).parent / "samples.json").read_text())["resources"]
# Of an older version: they are expanded on request, or are no more.
OLDER = {"payment_intent": {"managed_payments"}, "charge": {"refunds", "source"}}
SIMPLE = (str, int, float, bool)


class _Names(dict[str, Any]):
    """Stripe's classes by name: annotations name them forward."""

    def __missing__(self, name: str) -> Any:
        for known in (name, name.removesuffix("Resource")):  # CardResource, where Card is a part of the object itself
            if hasattr(stripe, known):
                return getattr(stripe, known)
        return stripe.StripeObject  # of a corner of Stripe that is not asked here: an id, or whatever it holds


def find_faults(answer: Any, kind: Any, path: str = "") -> list[str]:
    """Where an answer is not what the package says: a field too many, one missing, one of another type."""
    origin = typing.get_origin(kind)
    if origin in (Union, UnionType):
        return _find_faults_of_one(answer, typing.get_args(kind), path)
    if origin is Literal:
        return [] if answer in typing.get_args(kind) else [f"{path}: {answer!r} is none of {typing.get_args(kind)}"]
    if origin is list:
        (inner,) = typing.get_args(kind)
        return [fault for at, one in enumerate(answer or []) for fault in find_faults(one, inner, f"{path}[{at}]")]
    if _is_class(origin or kind, stripe.StripeObject):
        return _find_faults_of_object(answer, origin or kind, path)
    return _find_faults_of_value(answer, kind, origin, path)


def _find_faults_of_one(answer: Any, kinds: tuple[Any, ...], path: str) -> list[str]:
    """One of several kinds: an object by the class it may have, anything else by whichever fits."""
    whole = [one for one in kinds if isinstance(answer, dict) and _is_class(one, stripe.StripeObject)]
    return min((find_faults(answer, one, path) for one in whole or kinds), key=len)


def _is_class(kind: Any, of: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, of)


def _find_faults_of_object(answer: Any, kind: Any, path: str) -> list[str]:
    if not isinstance(answer, dict):
        return [f"{path}: {answer!r} is no {kind.__name__}"]
    fields = _fields_of(kind)
    if not fields or kind is stripe.ListObject:  # holds what it likes, such as metadata
        return []
    faults = [f"{path}.{name}: Stripe has no such field" for name in answer if name not in fields]
    for name, field in fields.items():
        if name in answer:
            faults += find_faults(answer[name], field, f"{path}.{name}")
        elif type(None) not in typing.get_args(field):
            faults.append(f"{path}.{name}: Stripe always sends it")
    return faults


def _fields_of(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind, localns=_Names())
    inherited = typing.get_type_hints(stripe.StripeObject, localns=_Names())
    return {
        name.rstrip("_"): hint
        for name, hint in hints.items()
        if typing.get_origin(hint) is not ClassVar and hint is not ClassVar and name not in inherited and name[0] != "_"
    }


def _find_faults_of_value(answer: Any, kind: Any, origin: Any, path: str) -> list[str]:
    if kind is Any or origin is dict or kind is type(None):
        return [] if kind is not type(None) or answer is None else [f"{path}: {answer!r} is not empty"]
    if kind in SIMPLE:
        is_right = isinstance(answer, kind) and (kind is bool) == isinstance(answer, bool)
        return [] if is_right else [f"{path}: {answer!r} is no {kind.__name__}"]
    return [f"{path}: {kind} is not understood here"]


def find_unlike_sample(answer: dict[str, Any], kind: str) -> list[str]:
    """What of Stripe's own sample object an answer hasn't, or has as another type."""
    sample, there = SAMPLES[kind], {*answer, *OLDER.get(kind, ())}
    faults = [f"{kind}.{name}: stands in Stripe's sample" for name in sample if name not in there]
    for name, value in sample.items():
        ours = answer.get(name)
        if ours is not None and value is not None and type(ours) is not type(value):
            faults.append(f"{kind}.{name}: {ours!r} where Stripe's sample has {value!r}")
    return faults
