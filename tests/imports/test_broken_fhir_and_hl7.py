"""Resources and messages that break what reads them: each is a fault of its line, in words, and the rest is loaded."""

import json
import logging

import pytest

from pops.core.accounts.models import Guarantor, Patient, ServiceLine
from tests.factories.imports import bring
from tests.imports.samples import DFT, FHIR

LONG = "9" * 6_000
ANSWERS = {"party": {"reference": "RelatedPerson/r1"}}
FIRST = DFT[: DFT.index("MSH", 9)]


@pytest.fixture
def load(lakeside, tmp_path):
    """Bring a file to the practice that the samples name, and load what is good of it."""
    return lambda content: bring(tmp_path / "accounts", content, skip_bad=True)


def deep(times):
    """An extension within an extension, and so on."""
    found = {"url": "https://ehr.example/x", "valueString": "x"}
    for _ in range(times):
        found = {"url": "https://ehr.example/x", "extension": [found]}
    return [found]


def resource(kind, **facts):
    return json.dumps({"resourceType": kind, "id": "broken", **facts})


def notice(value):
    return resource(
        "PaymentNotice", status="active", created="2025-09-20", recipient={"display": "x"}, payment={"display": "x"},
        request={"reference": "ChargeItem/c1"}, amount={"value": value, "currency": "USD"},
        paymentStatus={"coding": [{"code": "paid"}]},
    )  # fmt: skip


RESOURCES = {
    "something unknown in it": (
        resource("Patient", contained=[{"resourceType": "Bogus"}]),
        "can't be read as FHIR R4: it has no resource Bogus",
    ),
    "too deep": (resource("Patient", extension=deep(200)), "can't be read as FHIR R4: it is nested too deep"),
    "more than all money": (
        notice(99999999999999999999),
        "PaymentNotice.amount is more than $9,999,999.99: 99999999999999999999",
    ),
    "a long reference": (
        resource("Account", status="active", subject=[{"reference": f"Patient/{LONG}"}]),
        "has 6,008 characters; 300 are the most",
    ),
    "a long number": (
        resource("Account", status="active", identifier=[{"value": LONG}], guarantor=[ANSWERS]),
        "has 6000 characters",
    ),
    "a long line": (
        resource("Patient", name=[{"text": "x"}] * 300_000),
        "has more than 1,000,000 characters: a resource is shorter, or line ends are missing",
    ),
}


@pytest.mark.parametrize(("broken", "words"), RESOURCES.values(), ids=RESOURCES)
def test_a_resource_that_breaks_is_a_fault_of_its_line(load, broken, words):
    run = load(f"{FHIR}{broken}\n")

    assert run.state == "done", run.problem
    last = FHIR.count("\n") + 1
    assert any(line == last and words in said for line, said in run.faults), run.faults
    assert Guarantor.objects.get().account_number == "0051301"
    assert ServiceLine.objects.get(line_number=1).insurance_paid_cents == 7_100


def test_whatever_a_library_raises_is_a_fault_too(load, monkeypatch):
    def break_off(name, found):
        if found["id"] == "broken":
            raise ZeroDivisionError("by zero")

    monkeypatch.setattr("pops.core.imports.readers.fhir.check_resource", break_off)

    run = load(f"{resource('Patient')}\n{FHIR}")

    assert run.faults == [[1, "can't be read as FHIR R4: by zero"]]
    assert run.new == 5


def changed(old, new):
    """The first message of the sample with something else in it; the second as it is."""
    assert old in FIRST
    return DFT.replace(old, new, 1)


NAME, PATIENT, DAY, AMOUNT = "Osei^Kwame", "P-20811", "20250909", "142.00"
MESSAGES = {
    "the first year": (changed(f"||{DAY}||", "||000101011200+1400||"), "FT1-4 is no date such as"),
    "the last year": (changed(f"||{DAY}||", "||999912312359-1200||"), "FT1-4 is no date such as"),
    "a long number": (changed(PATIENT, LONG), "has 6,008 characters; 300 are the most"),
    "a long amount": (changed(AMOUNT, LONG), "FT1-11 is no amount of dollars and cents"),
    "many repeats": (changed(NAME, "~" * 200_000), "has more than 64,000 characters: a segment is shorter."),
    "many parts": (changed(NAME, "^" * 1_100_000), "has more than 64,000 characters: a segment is shorter."),
    "no end": (FIRST + FIRST[FIRST.index("FT1") :] * 20_000 + DFT, "has more than 250,000 characters: a message"),
}


@pytest.mark.parametrize(("content", "words"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_that_breaks_is_a_fault_of_its_line(load, content, words):
    run = load(content)

    assert run.state == "done", run.problem
    assert any(words in said for _, said in run.faults), run.faults
    assert ServiceLine.objects.filter(encounter__number=71312, billed_cents=4_300).exists()


ESCAPES = {
    r"Smith\.spX\ ": "Smith",
    r"Smith\.sp99999999999\ ": "Smith",
    r"Smith\X\ ": "Smith",
    r"Smith\XZZ\ ": "Smith",
    r"Smith\C2842\ ": "Smith",
    r"Sm\X69\th": "Smith",
    r"Smith \T\ Sons": "Smith & Sons",
    r"Smith\.br\Sons": "Smith Sons",
    r"Smith\E\Sons": r"Smith\Sons",
    "Smith\\": "Smith\\",
}


@pytest.mark.parametrize(("written", "name"), ESCAPES.items())
def test_escapes_are_read_and_those_that_are_none_are_left_away(load, written, name):
    run = load(changed(NAME, f"{written}^Kwame"))

    assert (run.state, run.faults) == ("done", [])
    assert Patient.objects.get(number=PATIENT).name == f"Kwame {name}"


def test_nothing_of_a_patient_comes_into_the_log(load, caplog):
    content = changed(NAME, "SecretName\\XZZ\\^Jane")
    content = content.replace("Office visit", "HIV test \\Cxx\\ \\\\ \\Mzz\\ \\Zq\\")

    with caplog.at_level(logging.DEBUG):
        load(content)

    assert Patient.objects.get(number=PATIENT).name == "Jane SecretName"
    assert "Secret" not in caplog.text
    assert "HIV" not in caplog.text
