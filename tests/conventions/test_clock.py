"""No clock below the edges: "now" and "today" come in, so that midnight can be tested."""

import ast
import re

from tests.conventions.source import find, modules, name_of, offenders

CLOCKS = re.compile(
    r"(^|\.)(timezone\.(now|localdate|localtime)\(\)|(datetime\.(now|utcnow|today)|date\.today|time\.time)\(.*\))$"
)
# Edges: doors, tasks and commands. And what measures how long something takes, not when it is.
EDGES = ("pops/web/", "pops/core/access/middleware.py")


def reads_the_clock(node: ast.AST) -> bool:
    """A call of a clock, by whatever name its module goes. A model's default is none: nobody calls it here."""
    return isinstance(node, ast.Call) and bool(CLOCKS.search(ast.unparse(node)))


def test_services_are_told_when_it_is():
    below = (
        path
        for path in modules()
        if not name_of(path).startswith(EDGES) and path.name != "tasks.py" and "management" not in path.parts
    )

    assert offenders(reads_the_clock, below) == [], "take now= or today= from the caller"


def test_the_check_sees_a_clock():
    assert find(reads_the_clock, "def close(*, now): batch.closed_at = now") == []
    assert find(reads_the_clock, "timezone.localtime(now)") == []
    assert find(reads_the_clock, "closed_at = DateTimeField(default=timezone.now)") == []
    assert find(reads_the_clock, "def close(): batch.closed_at = timezone.now()") == [1]
    assert find(reads_the_clock, "def close(): batch.batch_date = datetime.date.today()") == [1]
