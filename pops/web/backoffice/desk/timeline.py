"""What became of an account, in words: a row an event."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date

from notifications import kinds
from notifications.models import Message
from pops.core.accounts.models import Guarantor
from pops.core.methods import method_words
from pops.core.money import format_cents
from pops.core.words import day, shown
from pops.web.backoffice.desk.action import receipt_page
from receipts.models.receipt import standing_of
from receipts.timeline import Event
from receipts.wording import STANDINGS

# What is told of a change; what is not here is nobody's reading, or told where it belongs.
FIELDS = [
    "account_number", "name", "preferred_name", "email", "email_opt_out", "phone", "notices_by", "language",
    "is_retired",
]  # fmt: skip
LABELS = {
    "visit": "Visits", "statement": "Statements", "receipt": "Receipts", "credit": "Credit", "mail": "Mails",
    "note": "Notes", "change": "Changes",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An event in words. The amount is empty where there is none, or where it must not be seen now."""

    event: Event
    label: str
    title: str
    detail: str = ""
    amount: str = ""
    url: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def moment(self) -> Any:
        return self.event.moment

    @property
    def is_day(self) -> bool:
        """Of a visit and a statement only the day is known."""
        return self.event.kind in ("visit", "statement")


def tell(events: list[Event], *, hidden_batches: Collection[int]) -> Iterator[Row]:
    """The rows of events. Of receipts in `hidden_batches` no amount is told."""
    for event in events:
        if event.kind == "receipt":
            yield _receipt(event, is_blind=event.facts["batch"] in hidden_batches)
        else:
            yield TELLERS[event.kind](event)


def _join(*parts: Any) -> str:
    return ", ".join(shown(str(part)) for part in parts if part)


def _visit(event: Event) -> Row:
    facts = event.facts
    owed = sum(max(line["remaining"], 0) for line in facts["lines"])
    lines = [
        f"{shown(line['description'])}: {format_cents(line['share'])}, paid {format_cents(line['paid'])}"
        for line in facts["lines"]
    ]
    detail = _join(facts["provider"], facts["facility"], "retired" if facts["is_retired"] else "")
    url = reverse("admin:accounts_encounter_change", args=[event.key])
    title = f"{shown(facts['patient'])}, visit {facts['number']}"
    return Row(event, "Visit", title, detail, f"{format_cents(owed)} left" if owed else "", url, lines)


def _statement(event: Event) -> Row:
    due, url = parse_date(event.facts["due"]), reverse("backoffice:print_statement", args=[event.key])
    title = f"Statement, due {day(due)}" if due else "Statement"
    return Row(event, "Statement", title, "", format_cents(event.facts["balance"]), url)


def _receipt(event: Event, *, is_blind: bool) -> Row:
    facts, copay = event.facts, event.facts["copay"]
    standing = standing_of(facts["kind"], facts["status"], is_void=facts["is_void"])
    ways = _join(*dict.fromkeys(method_words(*way) for way in facts["ways"] or []))
    visit = f"copay of {copay['patient']} for {day(parse_date(copay['date']))}" if copay else ""  # type: ignore[arg-type]
    detail = _join(
        STANDINGS[standing].verdict, ways, visit, copay and copay["memo"], facts["by"] and f"by {facts['by']}"
    )
    amount = "" if is_blind else format_cents(facts["amount"])
    return Row(event, "Receipt", f"Receipt {event.key}", detail, amount, receipt_page(event.key))


def _credit(event: Event) -> Row:
    facts = event.facts
    verb = "Applied to" if facts["amount"] > 0 else "Taken back from"
    title = f"{verb} {shown(facts['service'] or 'Confidential')}"
    detail = _join(f"receipt {facts['receipt']}", f"by {facts['by'] or 'POPS'}")
    return Row(event, "Credit", title, detail, format_cents(abs(facts["amount"])), receipt_page(facts["receipt"]))


def _disbursed(event: Event) -> Row:
    facts = event.facts
    title = "Disbursed" if facts["amount"] > 0 else "No longer disbursed"
    return Row(
        event,
        "Credit",
        title,
        shown(facts["reason"]),
        format_cents(abs(facts["amount"])),
        receipt_page(facts["receipt"]),
    )


def _mail(event: Event) -> Row:
    facts = event.facts
    state = Message.State(facts["state"]).label
    title = f"{kinds.get_kind(facts['kind']).label} {facts['about'] or ''}".rstrip()
    return Row(
        event,
        "Mail",
        title,
        _join(state, facts["to"]),
        "",
        reverse("admin:notifications_message_change", args=[event.key]),
    )


def _note(event: Event) -> Row:
    return Row(event, "Note", shown(event.facts["text"]), f"by {shown(event.facts['by'])}")


def _change(event: Event) -> Row:
    after, before = event.facts["after"], event.facts["before"] or {}
    fields: list[Any] = [Guarantor._meta.get_field(name) for name in FIELDS]
    named = [(str(one.verbose_name), one.name) for one in fields]
    lines = [
        f"{label[:1].upper()}{label[1:]}: {_say(before.get(name))}, now {_say(after.get(name))}"
        for label, name in named
        if before and before.get(name) != after.get(name)
    ]
    title = "Changed" if before else "Account made"
    by, why = event.facts["by"] or "POPS", event.facts["reason"]
    url = reverse("admin:accounts_guarantor_history", args=[after["pgh_obj_id"]])
    return Row(event, "Change", title, _join(f"by {by}", why), "", url, lines)


def _say(value: Any) -> str:
    """A value of a field as a person says it."""
    return {True: "yes", False: "no", None: "nothing", "": "nothing"}.get(value) or shown(str(value))


TELLERS = {
    "visit": _visit,
    "statement": _statement,
    "credit": _credit,
    "disbursed": _disbursed,
    "mail": _mail,
    "note": _note,
    "change": _change,
}
