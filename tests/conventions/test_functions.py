"""Public functions say what they do; services are keyword-only; names keep what they promise."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conventions.source import modules, name_of

SERVICES = (
    "batches/closing.py", "batches/reopening.py", "batches/working.py", "batches/opening.py", "batches/period.py",
    "batches/holding.py", "receipts/issue.py", "receipts/taking.py", "receipts/corrections/", "payments/attempts.py",
    "payments/recording/", "payments/truth.py", "payments/refunds.py", "payments/review.py", "payments/events.py",
    "notifications/services.py",
)  # fmt: skip
# What comes first without a name: what is held, and what the function is about.
ABOUT = {"held", "receipt", "batch", "payment", "guarantor", "message", "lane", "intent", "cents", "reason", "date"}
ABOUT |= {
    "parts",
    "target",
    "facts",
    "state",
    "kind",
    "mail_state",
    "transactions",
    "locked",
    "outcome",
    "receipt_number",
    "payment_id",
    "of",
}


def public(text: str) -> Iterator[ast.FunctionDef]:
    """The functions of a module that others may call."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def is_untold(function: ast.FunctionDef) -> bool:
    return ast.get_docstring(function) is None


def has_nameless_arguments(function: ast.FunctionDef) -> bool:
    return any(argument.arg not in ABOUT for argument in function.args.args[:2])


def breaks_its_name(function: ast.FunctionDef) -> bool:
    """get_ gives or raises; why_not_ gives a refusal or nothing."""
    answer = ast.unparse(function.returns) if function.returns else ""
    if function.name.startswith("get_"):
        return answer.endswith("| None")
    return function.name.startswith("why_not_") and answer != "Refused | None"


def found(check, paths: Iterator[Path]) -> list[str]:
    return [f"{name_of(path)}: {one.name}" for path in paths for one in public(path.read_text()) if check(one)]


def test_services_say_what_they_do():
    assert found(is_untold, modules(*[app for app in ("batches", "receipts", "payments", "notifications")])) == []


def test_services_are_keyword_only():
    services = (path for path in modules() if name_of(path).startswith(SERVICES))

    assert found(has_nameless_arguments, services) == []


def test_names_keep_what_they_promise():
    assert found(breaks_its_name, modules()) == []


def test_the_checks_see():
    (good,) = public('def close_batch(held: Held, *, batch_id: int) -> None:\n    """Close it."""')
    (bad,) = public("def close_batch(batch_id, by, note): ...")
    (get,) = public("def get_batch(pk: int) -> Batch | None: ...")
    (why_not,) = public("def why_not_close(batch: Batch) -> str: ...")

    assert (is_untold(good), has_nameless_arguments(good)) == (False, False)
    assert (is_untold(bad), has_nameless_arguments(bad)) == (True, True)
    assert breaks_its_name(get)
    assert breaks_its_name(why_not)
