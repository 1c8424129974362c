"""What a call says of guarantors, patients, visits, statements and appointments, and what became of it."""

from typing import Any

from rest_framework import serializers

from pops.core.imports.kinds import APPOINTMENTS, ENCOUNTERS, GUARANTORS, PATIENTS, SERVICE_LINES, STATEMENTS
from pops.core.imports.upserts import Became
from pops.web.api.fields import Choice, Shape, Text, Whole
from pops.web.api.v1.accounts.fields import make_shape
from pops.web.api.v1.accounts.shapes import (
    AppointmentShape,
    EncounterShape,
    GuarantorShape,
    PatientShape,
    StatementShape,
)

# What one call may bring: items, and with the lines of visits rows.
MOST_ITEMS, MOST_ROWS = 1_000, 5_000

LineItem = make_shape("EncounterLine", SERVICE_LINES, leaving=["encounter_number"])
LINES: dict[str, Any] = {
    "lines": LineItem(many=True, required=False, help_text="Charges of it that are new or changed.")
}

GuarantorBody = make_shape("GuarantorBody", GUARANTORS, leaving=GUARANTORS.key)
PatientBody = make_shape("PatientBody", PATIENTS, leaving=PATIENTS.key)
StatementBody = make_shape("StatementBody", STATEMENTS, leaving=STATEMENTS.key)
EncounterBody = make_shape("EncounterBody", ENCOUNTERS, leaving=ENCOUNTERS.key, **LINES)
AppointmentBody = make_shape("AppointmentBody", APPOINTMENTS, leaving=APPOINTMENTS.key)

GuarantorItem = make_shape("GuarantorItem", GUARANTORS)
PatientItem = make_shape("PatientItem", PATIENTS)
StatementItem = make_shape("StatementItem", STATEMENTS)
EncounterItem = make_shape("EncounterItem", ENCOUNTERS, **LINES)
ChargeItem = make_shape("ServiceLineItem", SERVICE_LINES)
AppointmentItem = make_shape("AppointmentItem", APPOINTMENTS)


class Items(serializers.ListSerializer[Any]):
    """A list whose items are read one by one later: what is wrong with one refuses that one."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > MOST_ITEMS:
            raise serializers.ValidationError(f"{MOST_ITEMS:,} items are the most of one call.")
        return data

    def run_child_validation(self, data: Any) -> Any:
        return data


def list_of(shape: type[Shape], *, required: bool = True) -> Items:
    """Up to a thousand of these."""
    return Items(child=shape(), required=required, max_length=MOST_ITEMS)


def bulk_of(name: str, shape: type[Shape]) -> type[Shape]:
    """A body with items of one kind."""
    return type(f"{name}Bulk", (Shape,), {"__doc__": "Up to 1,000 items.", "items": list_of(shape)})


GuarantorBulk = bulk_of("Guarantor", GuarantorItem)
PatientBulk = bulk_of("Patient", PatientItem)
StatementBulk = bulk_of("Statement", StatementItem)
EncounterBulk = bulk_of("Encounter", EncounterItem)
AppointmentBulk = bulk_of("Appointment", AppointmentItem)


ITEMS = {
    "guarantors": GuarantorItem,
    "patients": PatientItem,
    "statements": StatementItem,
    "encounters": EncounterItem,
    "service_lines": ChargeItem,
    "appointments": AppointmentItem,
}
MIXED = {name: list_of(shape, required=False) for name, shape in ITEMS.items()}
WORDS = "Items of several kinds that may name each other, in whatever order; up to 1,000 in all."
MixedBody = type("MixedBody", (Shape,), {"__doc__": WORDS, **MIXED})


class RemarkShape(Shape):
    """A field, and what is to be said about it."""

    field = Text(help_text="Empty: about the whole item.")
    detail = Text()


class RowResultShape(Shape):
    """What became of a row."""

    number = Text(help_text="As the item says it; of a charge its Service ID.")
    status = Choice(choices=Became.choices)
    errors = RemarkShape(  # type: ignore[assignment]  # the field is called so
        many=True, help_text="Why it was refused: each field with its reason."
    )
    notices = RemarkShape(many=True, help_text="What went in and is worth a look, such as an address that stays.")


class ItemResultShape(RowResultShape):
    """What became of an item, and of the charges in it."""

    lines = RowResultShape(many=True)


class CountsShape(Shape):
    """How many rows became what, charges of visits among them."""

    created = Whole()
    updated = Whole()
    unchanged = Whole()
    refused = Whole()


class BulkResultShape(Shape):
    """What became of each item, in the order of the call."""

    counts = CountsShape()
    results = ItemResultShape(many=True)


class MixedResultsShape(Shape):
    """What became of each item, in the order of its list."""

    guarantors = ItemResultShape(many=True)
    patients = ItemResultShape(many=True)
    statements = ItemResultShape(many=True)
    encounters = ItemResultShape(many=True)
    service_lines = ItemResultShape(many=True)
    appointments = ItemResultShape(many=True)


class MixedResultShape(Shape):
    """What became of all items."""

    counts = CountsShape()
    results = MixedResultsShape()


def answer_of(name: str, shape: type[Shape]) -> type[Shape]:
    """What became of one row, and the row as it is now."""
    fields: dict[str, Any] = {
        "status": Choice(choices=Became.choices),
        "notices": RemarkShape(many=True),
        "data": shape(),
    }
    return type(f"{name}AnswerShape", (Shape,), {"__doc__": "What became of it, and how it is now.", **fields})


GuarantorAnswer = answer_of("Guarantor", GuarantorShape)
PatientAnswer = answer_of("Patient", PatientShape)
StatementAnswer = answer_of("Statement", StatementShape)
EncounterAnswer = answer_of("Encounter", EncounterShape)
AppointmentAnswer = answer_of("Appointment", AppointmentShape)
