"""What can be done from a guarantor's page, and what would be refused now, with the reason."""

from typing import Any

from django import template
from django.urls import reverse

from pops.balance_notices.asked import why_not_send_any
from pops.core.accounts.models import Guarantor
from pops.core.accounts.walk_ins import is_walk_in
from pops.core.refusals import Refused
from pops.sessions.mirroring import why_not_mirror
from pops.web.backoffice.templatetags.desk import Action
from receipts.corrections.credit import why_not_use_credit

register = template.Library()

NO_CREDIT = Refused("no_credit", "There is no credit.")
NO_STATEMENT = Refused("no_statement", "No statement was entered yet.")
# A right, what the button says, the page, what it is about, and why it would be refused.
Row = tuple[str, str, str, int, Refused | None]


@register.simple_tag(takes_context=True)
def account_actions(context: Any, guarantor: Guarantor, current_cents: int, credit_cents: int) -> list[Action]:
    """What this user can do on an account that is in use: what is possible first."""
    credit = why_not_use_credit(guarantor, current_cents=current_cents) if credit_cents > 0 else NO_CREDIT
    actions = [
        Action(label, reverse(f"backoffice:{name}", args=[key]), why_not=no.words if no else "")
        for right, label, name, key, no in _rows(guarantor, credit)
        if context["request"].user.has_perm(right)
    ]
    return sorted(actions, key=lambda action: bool(action.why_not))


def _rows(guarantor: Guarantor, credit: Refused | None) -> list[Row]:
    key, statement = guarantor.pk, guarantor.statements.order_by("-statement_date", "-pk").first()
    printed, no = (statement.pk, None) if statement else (0, NO_STATEMENT)
    number = ("accounts.change_guarantor", "Number in the practice's system", "give_number", key, None)
    return [
        ("receipts.take_payment", "Take a payment", "take", key, None),
        ("receipts.post_escrow", "Use credit", "use_credit", key, credit),
        ("balance_notices.send_balancenotice", "Send pay link", "send_notice", key, why_not_send_any(guarantor)),
        ("portal_sessions.mirror_account", "Mirror", "mirror", key, why_not_mirror(guarantor)),
        ("accounts.view_statement", "Print statement", "print_statement", printed, no),
        *([number] if is_walk_in(guarantor) else []),
    ]
