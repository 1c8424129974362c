"""No room is crowded: modules up to 300 lines, functions up to 25, those of the doors up to 15."""

import ast
from pathlib import Path

from tests.conventions.source import ROOT, modules, name_of

MODULE, FUNCTION, DOOR = 300, 25, 15
# The one settings file is read from top to bottom, and cut nowhere.
WIDE = {"pops/settings.py"}


def lines_of(text: str) -> list[tuple[str, int]]:
    """Each function with its number of lines; its docstring and the SQL that it sends are left out."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            texts = {id(one): one for one in ast.walk(node) if isinstance(one, ast.Constant | ast.JoinedStr)}
            prose = set().union(*(range(one.lineno, (one.end_lineno or 0)) for one in texts.values()))
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            found.append((node.name, len(set(range(first.lineno, (node.end_lineno or 0) + 1)) - prose)))
    return found


def test_modules_are_short():
    long = {name_of(path) for path in modules() if len(path.read_text().splitlines()) > MODULE}

    assert long == WIDE, "make it a folder by noun"


def is_long(path: Path, lines: int) -> bool:
    return lines > (DOOR if name_of(path).startswith("pops/web/") else FUNCTION)


def test_functions_are_short():
    long = [
        f"{name_of(path)}: {name} has {lines} lines"
        for path in modules()
        for name, lines in lines_of(path.read_text())
        if is_long(path, lines)
    ]

    assert long == [], "give a part of it a name of its own"


def test_the_check_counts():
    text = 'def f():\n    """What."""\n    a = 1\n    return a\n'

    assert lines_of(text) == [("f", 2)]
    assert lines_of('def f():\n    ask("""\n        SELECT\n            1\n    """)\n    return a\n') == [("f", 2)]
    assert is_long(ROOT / "pops/web/portal/account.py", DOOR + 1)
    assert not is_long(ROOT / "receipts/issue.py", DOOR + 1)
