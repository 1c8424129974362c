"""What a notice says: who asks, how much, where to pay. No name, no service, no date of one: a stranger may read it."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from notifications.kinds import Content
from notifications.models import Message
from pops.core.money import format_cents
from pops.core.practice.look import Look
from receipts.visible import Visible

STOP = "Reply STOP to end these texts."


@dataclass(frozen=True)
class Facts:
    """What a notice is written of. `is_asked`: it was asked for while the guarantor was on the phone."""

    look: Look
    visible: Visible
    url: str
    profile_url: str
    is_asked: bool

    @property
    def sentence(self) -> str:
        """How much is due."""
        due, owed = self.visible.amount_due_cents, self.visible.owed_cents
        if due and owed != due:
            return f"{format_cents(due)} is due on your account now, of {format_cents(owed)} in all."
        if due:
            return f"{format_cents(due)} is due on your account."
        if owed:
            return f"Nothing is due yet. Your balance is {format_cents(owed)}."
        return "Your balance is $0.00. Nothing is due."


def write_notice(facts: Facts, channel: str) -> Content:
    """The notice as this channel has it, the same each time for the same facts."""
    return _write_text(facts) if channel == Message.Channel.TEXT else _write_mail(facts)


def _write_text(facts: Facts) -> Content:
    ask = "As you asked: " if facts.is_asked else ""
    call = f"Questions? Call {facts.look.phone}. " if facts.look.phone else ""
    verb = "Pay here" if facts.visible.owed_cents else "Your account"
    return Content(subject="", text=f"{facts.look.name}: {ask}{facts.sentence} {verb}: {facts.url}\n{call}{STOP}")


def _write_mail(facts: Facts) -> Content:
    look = facts.look
    context = {
        "practice_name": look.name,
        "theme": look.theme,
        "logo": look.logo,
        "phone": look.phone,
        "title": "Your balance, as you asked" if facts.is_asked else "Your balance",
        "sentence": facts.sentence,
        "owes": bool(facts.visible.owed_cents),
        "is_asked": facts.is_asked,
        "button": "Pay now" if facts.visible.owed_cents else "See your account",
        "url": facts.url,
        "profile_url": facts.profile_url,
    }
    return Content(
        subject=f"Your balance at {look.name}{', as you asked' if facts.is_asked else ''}",
        text=render_to_string("balance_notices/mail/notice.txt", context),
        html=render_to_string("balance_notices/mail/notice.html", context),
        sender=look.name,
        reply_to=look.reply_to,
    )
