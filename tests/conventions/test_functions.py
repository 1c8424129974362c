"""Public functions and classes say what they do; services are keyword-only; names keep what they promise."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conventions.source import modules, name_of

SERVICES = (
    "batches/closing.py", "batches/reopening.py", "batches/working.py", "batches/opening.py", "batches/period.py",
    "batches/holding.py", "receipts/issue.py", "receipts/taking.py", "receipts/corrections/",
    "receipts/documents/calls.py", "payments/attempts.py", "payments/recording/", "payments/truth.py",
    "payments/refunds.py", "payments/review.py", "payments/events.py", "payments/gateway/",
    "pops/core/imports/brought.py", "pops/core/imports/upserts.py",
    "notifications/services.py", "pops/logins/linking.py", "pops/logins/addresses.py", "pops/logins/phones.py",
    "pops/balance_notices/asked.py", "pops/balance_notices/queueing.py",
    "pops/core/accounts/profile.py", "pops/appointments/asking.py", "pops/core/access/services.py",
    "pops/changes/sequencing.py", "pops/subscribers/endpoints.py", "pops/subscribers/sending.py",
    "pops/service_accounts/services.py",
)  # fmt: skip
# What changes something is told by whom, when, and what is held.
TOLD = {"by", "now", "today", "held"}
FOUND = re.compile(r"\| None$|^(list|dict|set|Iterable|QuerySet)\b|^str$")  # of a text, the empty one
TAKES_A_LOCK = re.compile(r"select_for_update\(|LOCK TABLE|FOR (NO KEY )?UPDATE|\bhold\(|_hold\(")


def public(text: str) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The functions and classes of a module that others may use. What Django's AppConfig is, it says itself."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            bases = [ast.unparse(base) for base in getattr(node, "bases", [])]
            yield from () if "AppConfig" in bases else (node,)


def is_untold(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return ast.get_docstring(node) is None


def has_nameless_arguments(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """One argument without a name: what is held, or what it is about. What only reads may have two."""
    if isinstance(node, ast.ClassDef):
        return False
    told = {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]} & TOLD
    return len(node.args.args) > (1 if told else 2)


def breaks_its_name(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """get_ gives or raises; find_ may find nothing; lock_ locks; why_not_ gives a refusal or nothing."""
    if isinstance(node, ast.ClassDef):
        return False
    answer = ast.unparse(node.returns) if node.returns else ""
    match node.name.partition("_")[0]:
        case "get":
            return answer.endswith("| None")
        case "find":
            return not FOUND.search(answer)
        case "lock":
            return not TAKES_A_LOCK.search(ast.unparse(node))
    return node.name.startswith("why_not_") and answer != "Refused | None"


def found(check, paths: Iterator[Path]) -> list[str]:
    return [f"{name_of(path)}: {one.name}" for path in paths for one in public(path.read_text()) if check(one)]


def test_all_that_others_use_says_what_it_does():
    assert found(is_untold, modules()) == [], "say it in one sentence"


def test_services_are_keyword_only():
    services = (path for path in modules() if name_of(path).startswith(SERVICES))

    assert found(has_nameless_arguments, services) == [], "put a * after what it is about"


def test_the_services_are_there():
    names = [name_of(path) for path in modules()]

    assert [one for one in SERVICES if not any(name.startswith(one) for name in names)] == []


def test_names_keep_what_they_promise():
    assert found(breaks_its_name, modules()) == []


@pytest.mark.parametrize(
    "good",
    [
        'def close_batch(held: Held, *, batch_id: int, by: User) -> None:\n    """Close it."""',
        'def get_batch(pk: int) -> Batch:\n    """One, or Batch.DoesNotExist."""',
        'def find_batch(pk: int) -> Batch | None:\n    """One, or none."""',
        'def lock_batch(*, pk: int) -> Batch:\n    """One, locked."""\n    return rows.select_for_update().get(pk=pk)',
        'def why_not_close(batch: Batch) -> Refused | None:\n    """What closing refuses."""',
        'class Batch:\n    """What is closed together."""',
    ],
)
def test_the_checks_let_the_good_pass(good):
    (node,) = public(good)

    assert [check for check in (is_untold, has_nameless_arguments, breaks_its_name) if check(node)] == []


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (is_untold, "def close_batch(): ..."),
        (is_untold, "class Batch: ..."),
        (has_nameless_arguments, "def close_batch(batch_id, by): ..."),
        (has_nameless_arguments, "def sum_up(batch, kind, method): ..."),
        (breaks_its_name, "def get_batch(pk: int) -> Batch | None: ..."),
        (breaks_its_name, "def find_batch(pk: int) -> Batch: ..."),
        (breaks_its_name, "def lock_batch(*, pk: int) -> Batch: return rows.get(pk=pk)"),
        (breaks_its_name, "def why_not_close(batch: Batch) -> str: ..."),
    ],
)
def test_the_checks_see_the_bad(check, bad):
    (node,) = public(bad)

    assert check(node)
