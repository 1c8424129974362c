"""The product's own source, for the conventions that a machine can see."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("pops/core", "pops/web", "notifications", "batches", "receipts", "payments")


def modules(*folders: str) -> Iterator[Path]:
    """The Python files of these folders, or of the project and all apps; migrations are Django's."""
    if not folders:
        yield from sorted((ROOT / "pops").glob("*.py"))
    for folder in folders or APPS:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def find(check: Callable[[ast.AST], bool], text: str) -> list[int]:
    """The lines of the nodes that a check finds in a file's text."""
    return [getattr(node, "lineno", 0) for node in ast.walk(ast.parse(text)) if check(node)]


def offenders(check: Callable[[ast.AST], bool], paths: Iterator[Path]) -> list[str]:
    """file:line of all that a check finds in these files."""
    return [f"{name_of(path)}:{line}" for path in paths for line in find(check, path.read_text())]


def dotted(node: ast.AST) -> str:
    """timezone.now for such an expression; empty for others."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
