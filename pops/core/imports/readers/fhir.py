"""FHIR R4 resources, a line each, as a bulk export writes them: which element gives what. See docs/integration.md."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.module_loading import import_string
from pydantic_core import ValidationError

from pops.core.imports.readers.clock import day_on_clock
from pops.core.imports.readers.drawer import ENCOUNTERS, GUARANTORS, PATIENTS, SERVICE_LINES, Drawer
from pops.core.imports.readers.faults import MAX_CENTS, Bad
from pops.core.money import format_cents, parse_cents
from pops.core.words import shown

Found = Mapping[str, Any]
# What each element gives, by the kind of row; the first ones where what a row points at may be lacking.
HEADINGS = {
    GUARANTORS: {
        "Account.identifier": "account_number", "Account.guarantor": "name",
        "Account.guarantor.telecom[email]": "email", "Account.guarantor.telecom[phone]": "phone",
    },
    PATIENTS: {
        "Patient.identifier": "patient_number", "Account.subject": "account_number", "Patient.name": "name",
        "Patient.birthDate": "birth_date",
    },
    ENCOUNTERS: {
        "Encounter.identifier": "encounter_number", "Encounter.subject": "patient_number",
        "Encounter.participant.individual": "provider", "Encounter.location": "facility",
        "Encounter.participant[REF].individual": "referring_provider",
    },
    SERVICE_LINES: {
        "ChargeItem.context": "encounter_number", "ChargeItem.identifier": "line_number",
        "ChargeItem.occurrence": "service_date", "ChargeItem.code": "description",
        "ChargeItem.code.coding": "procedure_code", "ChargeItem.priceOverride": "billed",
        "PaymentNotice.request": "insurance_paid",
    },
}  # fmt: skip
CODES_OF_PROCEDURES = ("ama-assn.org", "hcpcs", "2.16.840.1.113883.6.12", "2.16.840.1.113883.6.285")
REFERRED = "REF"
CHARGED, PAID = ("billable", "billed"), ("paid", "cleared")
ENDED = "entered-in-error"
# Of what pydantic found in a resource.
TOLD = 3
# Signs of a resource. It takes time by its length, and seconds beyond.
LONGEST_LINE = 1_000_000


class LeftOut(Exception):
    """A resource that is none of ours to load; the words say why."""


def lay_resource(drawer: Drawer, line: int, written: str, *, zone: ZoneInfo, others: Counter[str]) -> None:
    """Lay a line of the file by, or what is wrong with it."""
    if len(written) > LONGEST_LINE:
        words = f"has more than {LONGEST_LINE:,} characters: a resource is shorter, or line ends are missing"
        drawer.lay("fault", part=GUARANTORS, line=line, words=words)
        return
    try:
        found = json.loads(written, parse_float=Decimal)
    except (ValueError, RecursionError):
        drawer.lay(
            "fault", part=GUARANTORS, line=line, words="is no JSON object: a line was cut, or a brace is missing"
        )
        return
    name = str(found.get("resourceType", "")) if isinstance(found, dict) else ""
    if name not in READ:
        others[name if name.isascii() and name.isalpha() and len(name) < TOO_LONG else "something else"] += 1
        return
    part, read = READ[name]
    with drawer.faults_of(part, line, what="FHIR R4"):
        try:
            check_resource(name, found)
            if found.get("status") == ENDED:
                raise LeftOut("was entered in error. What was loaded of it before stays: retire it in the back office")
            read(drawer, line, found, f"{name}/{_id(name, found)}", zone)
        except LeftOut as reason:
            drawer.lay("note", line=line, words=f"{name} is left out: it {reason}")


@cache
def model_of(name: str) -> Any:
    """FHIR's model of a resource. Loaded when a file has one: no other process needs its memory and its second."""
    return import_string("fhir.resources.R4B.get_fhir_model_class")(name)


def check_resource(name: str, found: Found) -> None:
    """Raises Bad, with paths of elements, unless the resource is one of FHIR R4."""
    try:
        model_of(name).model_validate(found)
    except ValidationError as error:
        faults = [f"{_path(name, one['loc'])} {_words(one)}" for one in error.errors()[:TOLD]]
        raise Bad("; ".join(faults)) from error
    except KeyError as error:
        unknown = str(error.args[0]).rpartition(".")[2].removesuffix("Type")
        raise Bad(f"can't be read as FHIR R4: it has no resource {unknown}") from error


def _path(name: str, places: Iterable[int | str]) -> str:
    path = name
    for place in places:
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if place != "root" else ""
    return path


def _words(fault: Any) -> str:
    if "missing" in fault["type"]:
        return "is missing"
    if fault["type"] == "extra_forbidden":
        return "is no element of FHIR R4"
    return f"is not as FHIR R4 has it: {fault['msg'].removeprefix('Value error, ')}"


# --- Each resource -------------------------------------------------------------------------------------------------


def _read_named(drawer: Drawer, line: int, found: Found, ref: str, zone: ZoneInfo) -> None:
    names = found.get("name")
    facts = {
        "number": identifier(found, "MR"),
        "name": names if isinstance(names, str) else human(names or []),
        "email": telecom(found, "email"),
        "phone": telecom(found, "phone"),
        "birth_date": found.get("birthDate"),
    }
    _lay_once(drawer, "named", ref, line=line, **facts)


def _read_account(drawer: Drawer, line: int, found: Found, ref: str, zone: ZoneInfo) -> None:
    subjects = [reference(one) for one in found.get("subject") or []]
    ours = [one for one in found.get("guarantor") or [] if not one.get("onHold") and not _has_ended(one)]
    guarantor = reference(ours[0].get("party")) if ours else next(iter(subjects), "")
    if not guarantor:
        raise Bad("Account.guarantor is missing, and so is Account.subject")
    _lay_once(drawer, "account", ref, line=line, number=identifier(found, "AN"), guarantor=guarantor)
    for subject in subjects:
        drawer.lay("covered", patient=subject, account=ref)


def _read_encounter(drawer: Drawer, line: int, found: Found, ref: str, zone: ZoneInfo) -> None:
    if found.get("status") == "cancelled":
        raise LeftOut("was cancelled")
    participants = [one for one in found.get("participant") or [] if one.get("individual")]
    referring = _taking_part(participants, REFERRED)
    others = [dict(one["individual"]) for one in participants if not _is(one, REFERRED)]
    provider = _taking_part(participants, "ATND", "PPRF") or next(iter(others), {})
    places = [one.get("location") or {} for one in found.get("location") or []] or [found.get("serviceProvider") or {}]
    _lay_once(
        drawer, "encounter", ref,
        line=line,
        number=identifier(found, "VN"),
        patient=reference(found.get("subject")),
        provider=provider.get("display"),
        provider_ref=reference(provider),
        facility=places[0].get("display"),
        facility_ref=reference(places[0]),
        referring=referring.get("display"),
        referring_ref=reference(referring),
    )  # fmt: skip


def _read_charge(drawer: Drawer, line: int, found: Found, ref: str, zone: ZoneInfo) -> None:
    if found.get("status") not in CHARGED:
        raise LeftOut(f"is {shown(str(found.get('status')))[:40]}, not billable or billed")
    code = found.get("code") or {}
    codings = code.get("coding") or [{}]
    ours = [one for one in codings if any(word in str(one.get("system")).lower() for word in CODES_OF_PROCEDURES)]
    when = found.get("occurrenceDateTime") or (found.get("occurrencePeriod") or {}).get("start")
    _lay_once(
        drawer, "charge", ref,
        line=line,
        encounter=reference(found.get("context")) or None,
        line_number=line_number(identifier(found, "")),
        service_date=on_clock(when or "", zone),
        description=code.get("text") or codings[0].get("display"),
        code=(ours or codings)[0].get("code"),
        billed=dollars(found.get("priceOverride"), "ChargeItem.priceOverride"),
    )  # fmt: skip


def _read_notice(drawer: Drawer, line: int, found: Found, ref: str, zone: ZoneInfo) -> None:
    """What insurance paid for a charge. Of a claim it is not ours to say for which of its charges."""
    about = reference(found.get("request"))
    if not about.startswith("ChargeItem/"):
        raise LeftOut("names no ChargeItem as its request. Bring what insurance paid as insurance_paid in a CSV file")
    codes = {one.get("code") for one in (found.get("paymentStatus") or {}).get("coding") or []}
    if found.get("status") != "active" or not codes & set(PAID):
        raise LeftOut("doesn't say that it is active, and paid or cleared")
    amount = dollars(found.get("amount"), "PaymentNotice.amount")
    try:
        paid = parse_cents(amount)
    except ValueError as error:  # Python itself refuses thousands of digits
        raise Bad(f"PaymentNotice.amount is no amount of dollars and cents: {amount}") from error
    if paid > MAX_CENTS:
        raise Bad(f"PaymentNotice.amount is more than {format_cents(MAX_CENTS)}: {amount}")
    drawer.lay("paid", line=line, charge=about, cents=paid)


READ: dict[str, tuple[str, Callable[[Drawer, int, Found, str, ZoneInfo], None]]] = {
    "Patient": (PATIENTS, _read_named),
    "RelatedPerson": (GUARANTORS, _read_named),
    "Practitioner": (ENCOUNTERS, _read_named),
    "Organization": (ENCOUNTERS, _read_named),
    "Location": (ENCOUNTERS, _read_named),
    "Account": (GUARANTORS, _read_account),
    "Encounter": (ENCOUNTERS, _read_encounter),
    "ChargeItem": (SERVICE_LINES, _read_charge),
    "PaymentNotice": (SERVICE_LINES, _read_notice),
}


def _lay_once(drawer: Drawer, table: str, ref: str, **facts: Any) -> None:
    if not drawer.lay(table, ref=ref, **facts):
        raise Bad(f"{ref} stands twice in this file")


# --- Their parts -----------------------------------------------------------------------------------------------------


def _id(name: str, found: Found) -> str:
    if not found.get("id"):
        raise Bad(f"{name}.id is missing")
    return str(found["id"])


def _has_ended(found: Found) -> bool:
    return bool((found.get("period") or {}).get("end"))


def reference(found: Found | None) -> str:
    """What a reference points at, as Patient/1, whatever server it names."""
    parts = str((found or {}).get("reference") or "").partition("/_history/")[0].split("/")
    return "/".join(parts[-2:])


def identifier(found: Found, code: str) -> str:
    """The value of the identifier of a type of HL7's table 0203, or of the first one."""
    ours = [one for one in found.get("identifier") or [] if one.get("value")]
    of_type = [one for one in ours if code in [it.get("code") for it in (one.get("type") or {}).get("coding") or []]]
    return str((of_type or ours or [{"value": ""}])[0]["value"])


def line_number(number: str) -> str:
    """The line's number: 4 of 67563-4, which is the Service ID, and 4 of 4."""
    return number.rpartition("-")[2]


def human(names: Iterable[Found]) -> str:
    """A person's name as they are called, the official one first; none that has ended."""
    order = {"official": 0, "usual": 1, None: 2}
    ours = sorted((one for one in names if one.get("use") in order), key=lambda one: order[one.get("use")])
    if not ours:
        return ""
    parts = [*(ours[0].get("given") or []), ours[0].get("family"), *(ours[0].get("suffix") or [])]
    return str(ours[0].get("text") or " ".join(str(part) for part in parts if part))


def telecom(found: Found, system: str) -> str:
    """An address or a number in use, the one of the first rank."""
    ours = [one for one in found.get("telecom") or [] if one.get("system") == system and one.get("use") != "old"]
    ours = sorted((one for one in ours if not _has_ended(one)), key=lambda one: one.get("rank") or 99)
    return str(ours[0].get("value") or "") if ours else ""


def _taking_part(participants: Iterable[Found], *codes: str) -> Found:
    """Who takes part as the first of these codes of HL7's ParticipationType that somebody has."""
    return next((dict(one["individual"]) for code in codes for one in participants if _is(one, code)), {})


def _is(participant: Found, code: str) -> bool:
    return code in [it.get("code") for kind in participant.get("type") or [] for it in kind.get("coding") or []]


def on_clock(moment: str, zone: ZoneInfo) -> str:
    """The day of a moment on the practice's clock; what is none stays, to be refused."""
    if "T" not in moment:
        return moment
    return day_on_clock(moment, zone) or moment


def dollars(found: Found | None, path: str) -> str:
    """The amount of a Money in US dollars. Raises Bad."""
    if not found or found.get("value") is None:
        raise Bad(f"{path} is missing")
    if found.get("currency") != "USD":
        raise Bad(f"{path}.currency is {shown(str(found.get('currency') or 'not said'))[:20]}; amounts are in USD")
    value = found["value"]
    return f"{value:f}" if isinstance(value, Decimal) and abs(value.adjusted()) < TOO_LONG else str(value)


# Digits of an amount that is none.
TOO_LONG = 30
