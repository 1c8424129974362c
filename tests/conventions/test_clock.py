"""No clock below the edges: "now" and "today" come in, so that midnight can be tested."""

import ast

from tests.conventions.source import find, modules, name_of, offenders

CLOCKS = {"timezone.now", "timezone.localdate", "dt.datetime.now", "dt.date.today", "datetime.now", "time.time"}
# Edges: doors, tasks and commands. And what measures how long something takes, not when it is.
EDGES = ("pops/web/", "pops/core/access/middleware.py")


def reads_the_clock(node: ast.AST) -> bool:
    from_dotted = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return from_dotted in CLOCKS


def test_services_are_told_when_it_is():
    below = (
        path
        for path in modules()
        if not name_of(path).startswith(EDGES) and path.name != "tasks.py" and "management" not in path.parts
    )

    assert offenders(reads_the_clock, below) == [], "take now= or today= from the caller"


def test_the_check_sees_a_clock():
    assert find(reads_the_clock, "def close(*, now): batch.closed_at = now") == []
    assert find(reads_the_clock, "def close(): batch.closed_at = timezone.now()") == [1]
