"""The examples of the schema: one practice's guarantor, patient, visit, statement and appointment."""

from typing import Any

GUARANTOR: dict[str, Any] = {
    "account_number": "00123",
    "name": "Maria Alvarez",
    "group": "Lakeside",
    "email": "maria@example.com",
    "email_confirmed_at": None,
    "phone": "(555) 010-3000",
    "phone_confirmed_at": None,
    "no_email": False,
    "preferred_name": "",
    "notices_by": "",
    "is_retired": False,
    "merged_into": None,
}
PATIENT: dict[str, Any] = {
    "patient_number": "P-1",
    "account_number": "00123",
    "name": "Leo Alvarez",
    "birth_date": "2015-04-30",
    "confidential": False,
    "is_retired": False,
}
LINE: dict[str, Any] = {
    "line_number": 1,
    "service_id": "67563-1",
    "service_date": "2026-01-05",
    "responsibility_date": "2026-02-01",
    "description": "Office visit",
    "procedure_code": "99213",
    "billed_cents": 12000,
    "adjusted_cents": 2000,
    "insurance_pending_cents": 0,
    "insurance_paid_cents": 8000,
    "patient_paid_cents": 0,
    "remaining_cents": 2000,
    "statement_number": "S-1",
    "currency": "usd",
}
ENCOUNTER: dict[str, Any] = {
    "encounter_number": 67563,
    "account_number": "00123",
    "patient_number": "P-1",
    "provider": "Priya Raman, MD",
    "provider_number": "",
    "facility": "Lakeside Main Clinic",
    "facility_number": "",
    "billing_provider": None,
    "referring_provider": None,
    "in_collections": False,
    "confidential": False,
    "is_retired": False,
    "lines": [LINE],
}
STATEMENT: dict[str, Any] = {
    "statement_number": "S-1",
    "account_number": "00123",
    "statement_date": "2026-02-15",
    "due_date": "2026-03-15",
    "balance_cents": 2000,
    "currency": "usd",
}
APPOINTMENT: dict[str, Any] = {
    "appointment_number": "A-1",
    "patient_number": "P-1",
    "starts_at": "2026-12-09T19:30:00Z",
    "minutes": 20,
    "provider": "Priya Raman, MD",
    "facility": "Lakeside Main Clinic",
    "visit_type": "Well visit",
    "status": "booked",
    "confidential": False,
}
COUNTS = {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
# What a call says that makes these rows.
SAID_GUARANTOR = {
    "account_number": "00123",
    "name": "Maria Alvarez",
    "group": "Lakeside",
    "email": "maria@example.com",
    "phone": "(555) 010-3000",
}
SAID_PATIENT = {"patient_number": "P-1", "account_number": "00123", "name": "Leo Alvarez", "birth_date": "2015-04-30"}
SAID_LINE = {
    "line_number": 1,
    "service_date": "2026-01-05",
    "responsibility_date": "2026-02-01",
    "description": "Office visit",
    "procedure_code": "99213",
    "billed_cents": 12000,
    "adjusted_cents": 2000,
    "insurance_paid_cents": 8000,
    "statement_number": "S-1",
}
SAID_ENCOUNTER = {
    "encounter_number": 67563,
    "patient_number": "P-1",
    "provider": "Priya Raman, MD",
    "facility": "Lakeside Main Clinic",
    "lines": [SAID_LINE],
}
SAID_STATEMENT = {
    "statement_number": "S-1",
    "account_number": "00123",
    "statement_date": "2026-02-15",
    "due_date": "2026-03-15",
    "balance_cents": 2000,
}
SAID_APPOINTMENT = {
    "appointment_number": "A-1",
    "patient_number": "P-1",
    "starts_at": "2026-12-09T19:30:00Z",
    "minutes": 20,
    "visit_type": "Well visit",
    "status": "booked",
}


def without(said: dict[str, Any], name: str) -> dict[str, Any]:
    """The same, for an address that says the number."""
    return {key: value for key, value in said.items() if key != name}


def answer(data: dict[str, Any]) -> dict[str, Any]:
    """What is told of a row that was changed."""
    return {"status": "updated", "notices": [], "data": data}


def result(number: str, *lines: str) -> dict[str, Any]:
    """What became of an item that is new."""
    found = {"number": number, "status": "created", "errors": [], "notices": []}
    return {**found, "lines": [{**found, "number": line} for line in lines]}


def bulk(number: str, *lines: str) -> dict[str, Any]:
    """What became of a call with one item."""
    counts = {**COUNTS, "created": 1 + len(lines)}
    return {"counts": counts, "results": [result(number, *lines)]}


def page(row: dict[str, Any]) -> dict[str, Any]:
    """A list of one."""
    return {"items": [row], "next": None}
