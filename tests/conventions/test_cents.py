"""Cents become text, and text cents, in pops.core.money alone."""

import ast

from tests.conventions.source import find, modules, name_of, offenders


def formats_cents(node: ast.AST) -> bool:
    """cents / 100, cents // 100, cents % 100, f"{cents:.2f}"."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
        return isinstance(node.right, ast.Constant) and node.right.value == 100
    return (
        isinstance(node, ast.FormattedValue) and node.format_spec is not None and ".2f" in ast.unparse(node.format_spec)
    )


def test_nobody_else_formats_cents():
    others = (path for path in modules() if name_of(path) != "pops/core/money.py")

    assert offenders(formats_cents, others) == [], "use format_cents(), plain_dollars() or parse_cents()"


def test_the_check_sees_cents_formatted_by_hand():
    assert find(formats_cents, "text = format_cents(cents)") == []
    assert find(formats_cents, "text = f'${cents // 100}.{cents % 100:02d}'") == [1, 1]
    assert find(formats_cents, "text = f'{cents / 100:.2f}'") == [1, 1]
