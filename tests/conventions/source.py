"""The product's own source, for the conventions that a machine can see."""

import ast
from collections.abc import Callable, Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MODELS = {model.__name__: model for model in apps.get_models() if model.__module__.partition(".")[0] != "django"}
APPS = (
    "pops/core",
    "pops/web",
    "pops/logins",
    "pops/sessions",
    "pops/quickpay",
    "pops/changes",
    "pops/subscribers",
    "pops/service_accounts",
    "pops/appointments",
    "pops/balance_notices",
    "notifications",
    "batches",
    "receipts",
    "payments",
)


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


def is_there(name: str) -> bool:
    """Whether a model, a field of one, a module or something in a module has this name."""
    first, *rest = name.split(".")
    if first in MODELS:
        return is_in(MODELS[first], rest)
    for end in range(len(rest) + 1, 1, -1):
        module, inner = ".".join([first, *rest][:end]), [first, *rest][end:]
        if (ROOT / module.replace(".", "/")).with_suffix(".py").exists() or (ROOT / module.replace(".", "/")).is_dir():
            return is_in(import_module(module), inner)
    return False


def is_in(thing: object, names: list[str]) -> bool:
    missing = object()
    return reduce(lambda one, name: getattr(one, name, missing), names, thing) is not missing
