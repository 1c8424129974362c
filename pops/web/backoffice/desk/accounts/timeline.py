"""What became of an account, in words: a row an event."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateField, Model
from django.urls import reverse
from django.utils.dateparse import parse_date

from notifications import kinds
from notifications.models import Message
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.methods import method_words
from pops.core.money import format_cents
from pops.core.words import day, shown
from pops.web.backoffice.desk.action import receipt_page
from pops.web.backoffice.fields import name_of
from receipts.models.receipt import standing_of
from receipts.timeline import Event
from receipts.wording import STANDINGS

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
    url = reverse("admin:accounts_guarantor_history", args=[event.facts["key"]])
    title = "Changed" if event.facts["before"] else "Account made"
    return _changed(event, title, url, list(_differences(Guarantor, event.facts)))


def _patient(event: Event) -> Row:
    url = reverse("admin:accounts_patient_history", args=[event.facts["key"]])
    title = f"Patient {shown(event.facts['after']['name'])}" + ("" if event.facts["before"] else " added")
    return _changed(event, title, url, list(_differences(Patient, event.facts)))


def _correction(event: Event) -> Row:
    facts = event.facts
    lines = [
        f"{shown(step['service'])}: {line[:1].lower()}{line[1:]}" if step["service"] else line
        for step in facts["steps"]
        for line in _differences(ServiceLine if step["service"] else Encounter, step)
    ]
    url = reverse("admin:accounts_encounter_history", args=[event.key])
    return _changed(event, f"{shown(facts['patient'])}, visit {facts['number']}", url, lines)


def _changed(event: Event, title: str, url: str, lines: list[str]) -> Row:
    """A change with who made it and why."""
    facts = event.facts
    return Row(event, "Change", title, _join(f"by {facts.get('by') or 'POPS'}", facts.get("reason")), "", url, lines)


def _differences(model: type[Model], facts: dict[str, Any]) -> Iterator[str]:
    """What is another in a version than in the one before, a sentence a column. Rows are told by their names."""
    after, before = facts["after"], facts["before"] or facts["after"]
    for column in model._meta.concrete_fields:
        if before.get(column.attname) != after.get(column.attname):
            old, new = (_say(column, version.get(column.name)) for version in (before, after))
            yield f"{name_of(column)}: {old}, now {new}"


def _say(column: Any, value: Any) -> str:
    """A value of a column, as the database gives it, in a person's words."""
    if value in (None, ""):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.name.endswith("_cents"):
        return format_cents(value)
    if isinstance(column, DateField):
        return day(parse_date(value))  # type: ignore[arg-type]
    return shown(str(dict(column.flatchoices).get(value, value)))


TELLERS = {
    "visit": _visit,
    "statement": _statement,
    "credit": _credit,
    "disbursed": _disbursed,
    "mail": _mail,
    "note": _note,
    "change": _change,
    "patient": _patient,
    "correction": _correction,
}
