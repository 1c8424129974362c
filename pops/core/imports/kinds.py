"""What can be imported: guarantors, patients, encounters, service lines, statements, appointments."""

from functools import partial

from pops.core.accounts.models import Appointment
from pops.core.imports.addresses import TO_ASK, USED, WAITS_FOR_READER, WORDS
from pops.core.imports.cells import NULL, cents, code, date, email, line, moment, signed_cents, whole, words, yes_or_no
from pops.core.imports.columns import Column, Kind, Reference, Rule
from pops.core.imports.references import (
    ENCOUNTER,
    FACILITY,
    GROUP,
    GUARANTOR,
    ONLY_GROUP,
    PATIENT,
    PROVIDER,
    STATEMENT,
)
from pops.core.imports.states import status

LARGEST = 2**63 - 1

# An empty cell is no word about it: what was marked by hand stays so.
CONFIDENTIAL = Column(
    "confidential", yes_or_no, also=("is_confidential", "sensitive", "restricted"), sets="is_confidential",
    sql_type="boolean", blank=NULL, default="false", value="coalesce(s.confidential, t.is_confidential, false)",
    help="Yes: it shows to nobody but staff with the right, not to the guarantor either. Empty: as it is.",
)  # fmt: skip

ACCOUNT = Column(
    "account_number", partial(code, longest=20), required=True,
    also=("account", "account_no", "acct", "guarantor_id", "guarantor_number", "guarantor_account", "guarantor"),
)  # fmt: skip
PATIENT_NUMBER = Column(
    "patient_number", partial(code, longest=40), required=True,
    also=("patient_id", "patient_no", "patient", "mrn", "medical_record_number", "chart_number"),
)  # fmt: skip
ENCOUNTER_NUMBER = Column(
    "encounter_number", partial(whole, most=LARGEST), sql_type="bigint", required=True,
    also=("encounter", "encounter_id", "visit", "visit_number", "visit_id"),
)  # fmt: skip


def _refers(column: Column, to: Reference, sets: str) -> Column:
    """The same column in a file of those who name it, there to be found."""
    return Column(**{**vars(column), "refers": to, "sets": sets})


def _sets(column: Column, name: str) -> Column:
    return Column(**{**vars(column), "sets": name})


def _named(column: str, to: Reference, *also: str, **facts: str | bool) -> Column:
    return Column(column, partial(line, longest=200), also=also, sets=f"{column}_id", refers=to,
                  help="As it is called in POPS Management, or its number there.", **facts)  # type: ignore[arg-type]  # fmt: skip


def _zeros(table: str, column: str, number: str) -> Rule:
    """A number that is new, while one with other zeros before it is there."""
    same = (
        f"FROM {table} o WHERE ltrim(o.{column}, '0') = ltrim(s.{number}, '0') AND o.{column} NOT IN ('', s.{number})"
    )
    return Rule(
        number,
        f"t.id IS NULL AND EXISTS (SELECT {same})",
        f"'is new, while ' || (SELECT min(o.{column}) {same}) || ' is there: were zeros at its beginning lost?'",
    )


def _future(column: str) -> Rule:
    return Rule(column, f"s.{column} > %(today)s", f"'is in the future: ' || s.{column}")


def _own_word(column: str) -> str:
    """SQL for a column that its guarantor may have confirmed: then it stays as it is."""
    return f"CASE WHEN t.{column}_confirmed_at IS NULL THEN s.{column} ELSE t.{column} END"


def _keeps(column: str) -> Rule:
    """Says that it did."""
    return Rule(
        column,
        f"t.{column}_confirmed_at IS NOT NULL AND lower(t.{column}) <> lower(s.{column})",
        "'is not taken: the guarantor confirmed another'",
    )


GUARANTORS = Kind(
    name="guarantors",
    one="guarantor",
    table="accounts_guarantor",
    key=("account_number",),
    owner="t.id",
    owned="t.id",
    asks=TO_ASK,
    provides=GUARANTOR,
    columns=(
        ACCOUNT,
        Column("name", partial(words, longest=300), required=True, also=("guarantor_name", "full_name")),
        Column("email", email, also=("email_address", "e_mail", "guarantor_email"), value=USED,
               help="A first one is used at once; another one once its reader has confirmed it."),
        Column("phone", partial(line, longest=40), also=("phone_number", "telephone", "mobile", "cell"),
               value=_own_word("phone"), help="Of no effect once the guarantor has confirmed one."),
        Column("group", partial(line, longest=200), also=("pops_group",), sets="group_id", blank=NULL, refers=GROUP,
               value=f"coalesce(group_.id, {ONLY_GROUP})", default=ONLY_GROUP,
               help="Needed when there are several POPS Groups."),
        Column("no_email", yes_or_no, also=("email_opt_out", "opt_out"), sets="email_opt_out", sql_type="boolean",
               blank="f", default="false", help="The guarantor asked for no receipts by email: yes or no."),
    ),
    rules=(
        _zeros("accounts_guarantor", "account_number", "account_number"),
        Rule("account_number", "t.is_trial", "'is the trial account''s of the set-up guide, which is nobody''s'"),
        Rule("group", "{group} IS NULL", "'is needed: there are several POPS Groups'"),
    ),
    notices=(Rule("email", WAITS_FOR_READER, WORDS), _keeps("email"), _keeps("phone")),
)  # fmt: skip

# Money that was applied to services stays with the guarantor who paid it.
APPLIED = "EXISTS (SELECT FROM receipts_posting p JOIN accounts_serviceline l ON l.id = p.line_id"
PATIENTS = Kind(
    name="patients",
    one="patient",
    table="accounts_patient",
    key=("patient_number",),
    unique_where="number <> ''",
    owner="account_number_.guarantor_id",
    owned="t.guarantor_id",
    provides=PATIENT,
    columns=(
        _sets(PATIENT_NUMBER, "number"),
        _refers(ACCOUNT, GUARANTOR, "guarantor_id"),
        Column("name", partial(words, longest=200), required=True, also=("patient_name", "full_name")),
        Column("birth_date", date, also=("date_of_birth", "dob", "birthdate"), sql_type="date", blank=NULL,
               default="NULL"),
        CONFIDENTIAL,
    ),
    rules=(
        _zeros("accounts_patient", "number", "patient_number"),
        _future("birth_date"),
        Rule(
            "account_number",
            f"t.guarantor_id <> {{account_number}} AND {APPLIED} JOIN accounts_encounter e ON e.id = l.encounter_id"
            " WHERE e.patient_id = t.id)",
            "'is another than before, and payments are applied to this patient''s services. Refund or void them first'",
            is_guard=True,
        ),
    ),
    notices=(
        # Who was entered by hand is taken for the same one by name and birth date (`adopting`), never by a name alone.
        Rule(
            "name",
            "t.id IS NULL AND EXISTS (SELECT FROM accounts_patient w WHERE w.guarantor_id = {account_number}"
            " AND w.number = '' AND NOT w.is_retired AND NOT w.is_confidential"
            " AND (w.birth_date IS NULL OR {birth_date} IS NULL)"
            " AND accounts_name_words(w.name::text) = accounts_name_words(s.name::text))",
            "'is that of a patient who was entered by hand: with the same birth date there and here before this is"
            " loaded they are one, with what was paid for them'",
        ),
    ),
)  # fmt: skip

MAY_BE_EMPTY: dict[str, str | bool] = {"blank": NULL, "default": "NULL"}
OF_ENCOUNTER = "(SELECT p.guarantor_id FROM accounts_patient p WHERE p.id = t.patient_id)"
ENCOUNTERS = Kind(
    name="encounters",
    one="encounter",
    table="accounts_encounter",
    key=("encounter_number",),
    owner="patient_number_.guarantor_id",
    owned=OF_ENCOUNTER,
    provides=ENCOUNTER,
    columns=(
        _sets(ENCOUNTER_NUMBER, "number"),
        _refers(PATIENT_NUMBER, PATIENT, "patient_id"),
        _named("provider", PROVIDER, "provider_name", "rendering_provider", required=True),
        _named("facility", FACILITY, "facility_name", "location", required=True),
        _named("billing_provider", PROVIDER, "billing_provider_name", **MAY_BE_EMPTY),
        _named("referring_provider", PROVIDER, "referring_provider_name", "referred_by", foreign=True, **MAY_BE_EMPTY),
        Column("in_collections", yes_or_no, also=("collections",), sql_type="boolean", blank="f", default="false"),
        CONFIDENTIAL,
    ),
    rules=(
        Rule(
            "patient_number",
            f"{OF_ENCOUNTER} <> patient_number_.guarantor_id AND {APPLIED} WHERE l.encounter_id = t.id)",
            "'is of another guarantor than before, and payments are applied to it. Refund or void first'",
            is_guard=True,
        ),
    ),
)  # fmt: skip


def _amount(name: str, *also: str, **facts: str | bool) -> Column:
    return Column(name, cents, also=also, sets=f"{name}_cents", sql_type="bigint", blank="0", default="0", **facts)  # type: ignore[arg-type]


SHARE = "{billed} - {adjusted} - {insurance_pending} - {insurance_paid}"
SERVICE_LINES = Kind(
    name="service_lines",
    one="service line",
    table="accounts_serviceline",
    key=("encounter_number", "line_number"),
    owner="encounter_number_.guarantor_id",
    owned="encounter_number_.guarantor_id",
    columns=(
        _refers(ENCOUNTER_NUMBER, ENCOUNTER, "encounter_id"),
        Column("line_number", partial(whole, most=32_767), sql_type="smallint", required=True,
               also=("line", "line_no", "charge_number")),
        Column("service_date", date, sql_type="date", required=True, also=("date_of_service", "dos")),
        Column("responsibility_date", date, sql_type="date", blank=NULL, default="NULL",
               also=("patient_responsibility_date", "resp_date"),
               help="The day its balance became the patient's. Payments go to the oldest."),
        Column("description", partial(words, longest=200), required=True, also=("service", "procedure")),
        Column("procedure_code", partial(code, longest=10), also=("code", "cpt", "cpt_code", "hcpcs")),
        _amount("billed", "billed_amount", "amount_billed", "charge", "charge_amount", "charges", required=True),
        _amount("adjusted", "adjustment", "adjustments", "insurance_adjusted", "contractual"),
        _amount("insurance_pending", "pending", "pending_insurance"),
        _amount("insurance_paid", "paid_by_insurance", "insurance_payment", "insurance_payments"),
        Column("statement_number", partial(code, longest=40), blank=NULL, default="NULL", sets="statement_id",
               also=("statement", "statement_id"), refers=STATEMENT,
               help="The first statement it stood on. Without one it is not yet in Amount Due."),
    ),
    rules=(
        _future("service_date"),
        Rule("billed", f"{SHARE} < 0", "'is less than what is adjusted, pending and paid by insurance together'"),
        Rule("statement_number", "statement_number_.guarantor_id <> encounter_number_.guarantor_id",
             "'is of another guarantor than the encounter'"),
    ),
    notices=(
        Rule(
            "billed",
            f"{SHARE} < (SELECT sum(p.amount_cents) FROM receipts_posting p WHERE p.line_id = t.id)",
            "'costs less than was paid for it: what is too much is credit'",
        ),
    ),
)  # fmt: skip

STATEMENTS = Kind(
    name="statements",
    one="statement",
    table="accounts_statement",
    key=("statement_number",),
    unique_where="number <> ''",
    owner="account_number_.guarantor_id",
    owned="t.guarantor_id",
    columns=(
        Column("statement_number", partial(code, longest=40), sets="number", required=True,
               also=("statement", "statement_id", "statement_no")),
        _refers(ACCOUNT, GUARANTOR, "guarantor_id"),
        Column("statement_date", date, sql_type="date", required=True, also=("date",)),
        Column("due_date", date, sql_type="date", blank=NULL, default="NULL", also=("due", "pay_by"),
               help="The day to pay it by. Without one it is due when it comes."),
        Column("balance", signed_cents, sets="balance_cents", sql_type="bigint", required=True,
               also=("statement_balance", "amount"), help="May be below zero."),
    ),
    rules=(
        _future("statement_date"),
        Rule("due_date", "{due_date} < {statement_date}", "'is before the date of the statement'"),
        Rule(
            "account_number",
            "t.guarantor_id <> {account_number}"
            " AND EXISTS (SELECT FROM accounts_serviceline l WHERE l.statement_id = t.id)",
            "'is another than before, and services stand on this statement'",
            is_guard=True,
        ),
    ),
)  # fmt: skip


APPOINTMENTS = Kind(
    name="appointments",
    one="appointment",
    table="accounts_appointment",
    key=("appointment_number",),
    owner="NULL::bigint",
    owned="NULL::bigint",
    columns=(
        Column("appointment_number", partial(code, longest=40), sets="number", required=True,
               also=("appointment", "appointment_id")),
        _refers(PATIENT_NUMBER, PATIENT, "patient_id"),
        Column("starts_at", moment, sql_type="timestamptz", required=True,
               also=("start", "start_time", "date_time", "appointment_time"),
               help="Date and time on the practice's clock: 2026-03-01 14:30."),
        Column("minutes", partial(whole, most=1440), also=("duration", "length"), sql_type="smallint", blank=NULL,
               default="NULL"),
        _named("provider", PROVIDER, "provider_name", **MAY_BE_EMPTY),
        _named("facility", FACILITY, "facility_name", **MAY_BE_EMPTY),
        Column("visit_type", partial(words, longest=100), also=("type", "appointment_type")),
        Column("status", status, also=("state",), blank=Appointment.Status.BOOKED,
               default=f"'{Appointment.Status.BOOKED}'", help="Booked, seen, canceled or missed."),
        CONFIDENTIAL,
    ),
)  # fmt: skip

# In the order in which they are imported: each names what came before.
KINDS = {kind.name: kind for kind in (GUARANTORS, PATIENTS, STATEMENTS, ENCOUNTERS, SERVICE_LINES, APPOINTMENTS)}
