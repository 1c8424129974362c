"""What is said once: who speaks to Stripe, how long "just now" is, how cards are called."""

import ast
import re

from tests.conventions.source import find, modules, name_of, offenders


def imports_stripe(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == "stripe" for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "stripe"


def test_only_the_gateway_speaks_to_stripe():
    others = (path for path in modules() if not name_of(path).startswith("payments/gateway/"))

    assert offenders(imports_stripe, others) == [], "ask payments.gateway, which answers with facts of ours"


def test_the_check_sees_stripe():
    assert find(imports_stripe, "from pops.web.webhooks.stripe import stripe_webhook") == []
    assert find(imports_stripe, "import stripe") == [1]
    assert find(imports_stripe, "from stripe import error") == [1]


def places_of(pattern: str) -> set[str]:
    return {name_of(path) for path in modules() if re.search(pattern, path.read_text(), re.MULTILINE)}


def test_each_is_said_in_one_place():
    assert places_of(
        r"^JUST_NOW = ",
    ) <= {"receipts/balances.py"}
    assert places_of("American Express") == {"pops/core/methods.py"}
