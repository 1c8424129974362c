"""A choice is named by its model: Status.OPEN, never "open" again."""

import ast
import re

from django.apps import apps

from tests.conventions.source import find, modules, name_of, offenders

# Fields that hold a choice, as they are named in filters, comparisons and keyword arguments.
FIELDS = re.compile(r"(?:^|__)(status|state|kind|channel|method|lane)(?:__in|__exact)?$")
CHOICES = {
    str(value)
    for app in ("batches", "receipts", "payments", "notifications")
    for model in apps.get_app_config(app).get_models()
    for field in model._meta.concrete_fields
    for value, _ in field.flatchoices
}


def literals(node: ast.expr) -> set[object]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}


def spells_a_choice(node: ast.AST) -> bool:
    """filter(status="open"), batch.status == "open", state in ("paid", ...)."""
    if isinstance(node, ast.keyword):
        return bool(node.arg and FIELDS.search(node.arg)) and not CHOICES.isdisjoint(literals(node.value))
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute | ast.Name):
        name = node.left.attr if isinstance(node.left, ast.Attribute) else node.left.id
        said = set().union(*(literals(other) for other in node.comparators))
        return bool(FIELDS.search(name)) and not CHOICES.isdisjoint(said)
    return False


def test_no_choice_is_spelled_outside_its_model():
    # A gateway reads Stripe's own words; models, their triggers and constraints are where ours are said.
    others = (
        path
        for path in modules()
        if not name_of(path).startswith("payments/gateway/") and not {"models", "models.py"} & set(path.parts)
    )

    assert [one for one in offenders(spells_a_choice, others) if "triggers.py" not in one] == []


def test_the_check_sees_one():
    assert find(spells_a_choice, "find(status=Status.OPEN); batch.status == Status.OPEN; find(note='open')") == []
    assert find(spells_a_choice, "find(batch__status='open')") == [1]
    assert find(spells_a_choice, "batch.status == 'open'") == [1]
    assert find(spells_a_choice, "find(state__in=['paid', 'review'])") == [1]
