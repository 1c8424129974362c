"""No test imports a test: helpers live in tests/factories and beside them."""

import ast
from pathlib import Path

from tests.conventions.source import find, name_of

TESTS = Path(__file__).parents[1]


def imports_a_test(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(
        part.startswith("test_") or part == "conftest" for part in (node.module or "").split(".")
    )


def test_no_test_imports_a_test():
    found = [name_of(path) for path in sorted(TESTS.rglob("*.py")) if find(imports_a_test, path.read_text())]

    assert found == []


def test_the_check_sees_one():
    assert find(imports_a_test, "from tests.factories.desk import take") == []
    assert find(imports_a_test, "from tests.batches.test_closing import close") == [1]
