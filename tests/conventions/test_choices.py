"""A choice is named by its model: Status.OPEN, never "open" again; a template asks is_open."""

import ast
import re

from django.apps import apps

from receipts.models import Standing
from tests.conventions.source import ROOT, find, modules, name_of, offenders

# Fields that hold a choice, as they are named in filters, comparisons and keyword arguments.
FIELDS = re.compile(r"(?:^|__)(status|state|standing|kind|channel|method|lane)(?:__in|__exact)?$")
CHOICES = {
    str(value)
    for app in ("batches", "receipts", "payments", "notifications", "logins", "appointments")
    for model in apps.get_app_config(app).get_models()
    for field in model._meta.concrete_fields
    if FIELDS.search(field.name)
    for value, _ in field.flatchoices
} | set(Standing)
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
COMPARED = re.compile(r"""([\w.]+) *(?:==|!=|\bin\b) *["']([^"']*)["']|["']([^"']*)["'] *(?:==|!=) *([\w.]+)""")
TAG = re.compile(r"{%.*?%}", re.DOTALL)


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


def choices_spelled(template: str) -> list[str]:
    """refund.state == "failed" within a tag. A form's own choices are its own."""
    found = [
        (left or right, said or says)
        for tag in TAG.findall(template)
        for left, said, says, right in COMPARED.findall(tag)
    ]
    return [said for name, said in found if FIELDS.search(name.rpartition(".")[2]) and said in CHOICES]


def test_no_template_spells_a_choice():
    found = {name_of(path): choices_spelled(path.read_text()) for path in TEMPLATES}

    assert {name: said for name, said in found.items() if said} == {}, "give its model a property: refund.has_failed"


def test_the_check_sees_one_in_a_template():
    assert choices_spelled("{% if refund.has_failed or icon == 'paid' %}{{ refund.state }} = 'failed'{% endif %}") == []
    assert choices_spelled("{% if a and refund.state == 'failed' %}") == ["failed"]
    assert choices_spelled('{% if x %}{% elif "paid" != itemized.standing %}') == ["paid"]


def test_the_check_sees_one():
    assert find(spells_a_choice, "find(status=Status.OPEN); batch.status == Status.OPEN; find(note='open')") == []
    assert find(spells_a_choice, "find(batch__status='open')") == [1]
    assert find(spells_a_choice, "batch.status == 'open'") == [1]
    assert find(spells_a_choice, "find(state__in=['paid', 'review'])") == [1]
