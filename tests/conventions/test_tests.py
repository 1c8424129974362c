"""Tests read as the practice speaks: no test imports a test, and a reason is one that a clerk would give."""

import ast
from pathlib import Path

import pytest

from tests.conventions.source import find, name_of

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("*.py"))
SAID = {"reason", "why", "note", "description"}


def imports_a_test(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(
        part.startswith("test_") or part == "conftest" for part in (node.module or "").split(".")
    )


def says_nothing(value: ast.expr | None) -> bool:
    """A letter or two; an empty one is a test of what is left out."""
    text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return 0 < len(text.strip()) < 3


def gives_no_reason(node: ast.AST) -> bool:
    """void(reason="x"), post(address, {"reason": "x"})."""
    if isinstance(node, ast.keyword):
        return node.arg in SAID and says_nothing(node.value)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return any(isinstance(key, ast.Constant) and key.value in SAID and says_nothing(value) for key, value in pairs)
    return False


def found(check) -> list[str]:
    return [f"{name_of(path)}:{line}" for path in FILES for line in find(check, path.read_text())]


def test_no_test_imports_a_test():
    assert found(imports_a_test) == [], "helpers live in tests/factories and beside them"


def test_reasons_are_real():
    assert found(gives_no_reason) == [], "say what a clerk would say: 'Keyed twice'"


def test_the_check_sees_an_imported_test():
    assert find(imports_a_test, "from tests.factories.desk import take") == []
    assert find(imports_a_test, "from tests.batches.test_closing import close") == [1]


@pytest.mark.parametrize("text", ["void(reason='x')", "post({'number': 1, 'why': '@'})"])
def test_the_check_sees_a_reason_that_is_none(text):
    assert find(gives_no_reason, text) == [1]


@pytest.mark.parametrize("text", ["void(reason='Keyed twice')", "void(reason=' ')", "post({'name': 'x', 'why': ''})"])
def test_the_check_lets_a_reason_pass(text):
    assert find(gives_no_reason, text) == []
