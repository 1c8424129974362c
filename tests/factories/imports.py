"""Files of accounts, and their import as the command and the worker do it."""

from pathlib import Path

from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import
from tests.moments import NOON

GUARANTORS = "account_number,name,email,phone\n00123,Maria Alvarez,maria@example.com,(555) 010-3000\n"
PATIENTS = "patient_number,account_number,name,birth_date\nP-1,00123,Leo Alvarez,2015-04-30\n"
STATEMENTS = "statement_number,account_number,statement_date,balance\nS-1,00123,2026-02-15,120.00\n"
ENCOUNTERS = 'encounter_number,patient_number,provider,facility\n67563,P-1,"Raman, MD",Main Clinic\n'
LINES = (
    "encounter_number,line_number,service_date,responsibility_date,description,procedure_code,billed,adjusted,"
    "insurance_pending,insurance_paid,statement_number\n"
    '67563,1,2026-01-05,2026-02-01,Office visit,99213,"1,234.56",34.56,0,1000,S-1\n'
)
APPOINTMENTS = "appointment_number,patient_number,starts_at,minutes,status\nA-1,P-1,2026-03-09 14:30,20,booked\n"
ALL = {
    "guarantors": GUARANTORS, "patients": PATIENTS, "statements": STATEMENTS, "encounters": ENCOUNTERS,
    "service_lines": LINES, "appointments": APPOINTMENTS,
}  # fmt: skip


def bring(path: Path, content: str | bytes, **wish: object) -> AccountImport:
    """Import what a file holds; the run tells what came of it."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    run: AccountImport = AccountImport.objects.create(name=path.name)
    run_import(run, path=path, wish=Wish(**wish), now=NOON, tell=lambda step, line: None)  # type: ignore[arg-type]
    run.refresh_from_db()
    return run
