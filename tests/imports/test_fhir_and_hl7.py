"""Accounts from systems that speak FHIR R4 or HL7 v2: the samples of docs/integration.md, and more."""

import datetime as dt
import json

import pytest

from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.imports.models import AccountImport
from pops.core.imports.staging import find_left_tables
from pops.core.practice.models import Facility, Provider
from pops.logins.models import EmailChange
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory, PatientFactory
from tests.factories.imports import bring
from tests.imports.samples import DFT, FHIR, said


@pytest.fixture
def load(lakeside, tmp_path):
    return lambda content, **wish: bring(tmp_path / "accounts", content, **wish)


def with_changes(**changes):
    """The FHIR sample with other values in the resources of these ids, or without those that are None."""
    found = []
    for line in FHIR.splitlines():
        resource = json.loads(line)
        change = changes.get(resource["id"], {})
        if change is not None:
            found.append(json.dumps({key: value for key, value in {**resource, **change}.items() if value is not None}))
    return "\n".join(found)


def test_the_fhir_sample_comes_in(load):
    run = load(FHIR)

    assert (run.state, run.kind, run.said, run.problem) == ("done", "fhir", "UTF-8, a resource a line", "")
    assert (run.rows, run.new, run.bad) == (5, 5, 0)
    words = "What was loaded of it before stays: retire it in the back office"
    assert run.notices == [[5, f"ChargeItem is left out: it was entered in error. {words}"]]
    guarantor = Guarantor.objects.get()
    assert (guarantor.account_number, guarantor.name, guarantor.email, guarantor.phone) == (
        "0051301", "Samir Haddad", "samir.haddad@example.com", "(555) 010-3201",
    )  # fmt: skip
    patient = Patient.objects.get()
    assert (patient.number, patient.name, patient.birth_date) == ("P-20801", "Layla Haddad", dt.date(2014, 6, 18))
    visit = Encounter.objects.get()
    assert (visit.number, visit.provider, visit.facility) == (
        71301, Provider.objects.get(name="Priya Raman, MD"), Facility.objects.get(name="Lakeside Main Clinic"),
    )  # fmt: skip
    first, second = ServiceLine.objects.order_by("line_number")
    assert (first.service_id, first.description, first.procedure_code) == (
        "71301-1", "Office visit, established patient", "99213",
    )  # fmt: skip
    assert (first.billed_cents, first.insurance_paid_cents, second.billed_cents) == (14_200, 7_100, 3_650)
    assert first.service_date == dt.date(2025, 9, 9), "on the practice's clock"
    assert get_balances(guarantor).current_cents == 7_100 + 3_650


def test_who_referred_to_a_visit_is_not_who_attended(load):
    referring = {"type": [{"coding": [{"code": "REF"}]}], "individual": {"display": "Thomas Okafor, MD"}}
    attending = {"individual": {"reference": "Practitioner/raman"}}

    assert load(with_changes(e1={"participant": [referring, attending]})).state == "done"

    visit = Encounter.objects.get()
    assert (visit.provider.name, visit.referring_provider.name) == ("Priya Raman, MD", "Thomas Okafor, MD")


@pytest.mark.parametrize("content", [FHIR, DFT], ids=["FHIR", "HL7"])
def test_the_same_again_changes_nothing_and_leaves_nothing_behind(load, content):
    new = load(content).new

    again = load(content)

    assert (again.new, again.changed, again.unchanged) == (0, 0, new)
    assert find_left_tables() == []


def test_resources_stand_in_any_order(load):
    backwards = "\n".join(reversed(FHIR.splitlines()))

    assert load(backwards).new == 5
    assert load(FHIR).unchanged == 5


BROKEN = {
    "cut": (FHIR[:-30], [10, "is no JSON object: a line was cut, or a brace is missing"]),
    "no FHIR": (
        with_changes(c1={"occurrenceDateTime": "2026-13-05"}),
        [3, "ChargeItem.occurrenceDateTime is not as FHIR R4 has it: DateTime value string does not match spec regex."],
    ),
    "an element too many": (with_changes(c1={"price": 3}), [3, "ChargeItem.price is no element of FHIR R4"]),
    "an element too few": (with_changes(r1={"patient": None}), [8, "RelatedPerson.patient is missing"]),
    "a deep one": (
        with_changes(p1={"name": [{"family": ["Haddad"]}]}),
        [7, "Patient.name[0].family is not as FHIR R4 has it: Input should be a valid string"],
    ),
    "euros": (
        with_changes(c1={"priceOverride": {"value": 1, "currency": "EUR"}}),
        [3, "ChargeItem.priceOverride.currency is EUR; amounts are in USD"],
    ),
    "no currency": (
        with_changes(c1={"priceOverride": {"value": 1}}),
        [3, "ChargeItem.priceOverride.currency is not said; amounts are in USD"],
    ),
    "no price": (with_changes(c1={"priceOverride": None}), [3, "ChargeItem.priceOverride is missing"]),
    "negative": (
        with_changes(c1={"priceOverride": {"value": -5.00, "currency": "USD"}}),
        [3, "ChargeItem.priceOverride is negative: -5.0. What is billed, adjusted or paid is never below zero"],
    ),
    "parts of a cent": (
        with_changes(n1={"amount": {"value": 1.005, "currency": "USD"}}),
        [10, "PaymentNotice.amount is no amount of dollars and cents: 1.005"],
    ),
    "no line number": (with_changes(c1={"identifier": None}), [3, "ChargeItem.identifier is empty"]),
    "a part of a date": (
        with_changes(c1={"occurrenceDateTime": "2025-09"}),
        [3, "ChargeItem.occurrence is no date such as 2026-03-01 or 3/1/2026: 2025-09"],
    ),
    "a leap second": (
        with_changes(c1={"occurrenceDateTime": "2016-12-31T23:59:60Z"}),
        [3, "ChargeItem.occurrence is no date such as 2026-03-01 or 3/1/2026: 2016-12-31T23:59:60Z"],
    ),
    "twice": (FHIR + FHIR.splitlines()[6] + "\n", [11, "Patient/p1 stands twice in this file"]),
    "no visit": (
        with_changes(e1={"status": "cancelled"}),
        [3, "ChargeItem.context: Encounter/e1 is not in this file, or was left out or refused"],
    ),
    "no guarantor": (
        with_changes(r1=None),
        [8, "Account.guarantor: RelatedPerson/r1 is not in this file, or was left out or refused"],
    ),
    "no account": (
        with_changes(a1={"subject": None}),
        [7, "Account.subject: Patient/p1 is the subject of none in this file, or that was left out or refused"],
    ),
    "no charge": (
        with_changes(n1={"request": {"reference": "ChargeItem/c9"}}),
        [10, "PaymentNotice.request: ChargeItem/c9 is not in this file, or was left out or refused"],
    ),
    "an unknown place": (
        with_changes(main={"name": "Elsewhere"}),
        [6, "Encounter.location: There is no facility of this name or number, or more than one. See POPS Management > "
            "Facilities: Elsewhere"],
    ),
    "more paid than billed": (
        with_changes(n1={"amount": {"value": 142.01, "currency": "USD"}}),
        [3, "ChargeItem.priceOverride is less than what is adjusted, pending and paid by insurance together"],
    ),
}  # fmt: skip


def test_half_a_letter_breaks_nothing(load):
    """In a value, in a name of an element, in what the resource calls itself."""
    assert load(with_changes(c1={"\ud800": "x"})).faults[0][0] == 3

    run = load('{"resourceType":"\\ud800"}\n' + with_changes(p1={"name": [{"text": "\ud800"}]}))

    assert (run.state, run.faults[-1][0]) == ("refused", 8)
    assert run.notices[0] == [0, "1 of something else left out: POPS has no use for them"]


@pytest.mark.parametrize(("content", "fault"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_line_and_element_and_nothing_is_loaded(load, content, fault):
    run = load(content)

    assert (run.state, fault in run.faults) == ("refused", True), (run.problem, run.faults)
    assert not Guarantor.objects.exists()
    assert not Patient.objects.exists()
    assert load(content, skip_bad=True).state == "done"


def test_a_charge_of_a_visit_that_is_bad_falls_with_it_and_the_others_are_loaded(load):
    run = load(with_changes(main={"name": "Elsewhere"}), skip_bad=True)

    assert (run.state, run.new, run.bad) == ("done", 2, 3)
    words = "There is no encounter with this number. Import encounters first, or mend its line in this file: 71301"
    assert said(run)[:2] == [f"ChargeItem.context: {words}"] * 2
    report = run.report.read().decode("utf-8-sig").splitlines()
    assert report[0] == "Line,What is wrong,What it says"
    assert '""resourceType"": ""ChargeItem""' in report[1]


def test_two_accounts_of_a_patient_are_one_too_many(load):
    other = json.loads(FHIR.splitlines()[8])
    other |= {"id": "a2", "identifier": [{"value": "0051302"}]}

    assert "Account.subject: 2 are of Patient/p1, who has one guarantor here" in said(load(FHIR + json.dumps(other)))


def test_what_a_resource_does_not_say_stays(load):
    load(FHIR)
    ServiceLine.objects.update(adjusted_cents=1000)

    run = load(with_changes(r1={"telecom": None}, n1=None, p1={"birthDate": None}))

    assert (run.changed, run.unchanged) == (0, 5)
    assert Guarantor.objects.get().email == "samir.haddad@example.com"
    assert ServiceLine.objects.get(line_number=1).insurance_paid_cents == 7_100


def test_a_changed_address_waits_for_its_reader_here_too(load):
    load(FHIR)

    run = load(with_changes(r1={"telecom": [{"system": "email", "value": "new@example.com"}]}))

    assert "Account.guarantor.telecom[email] is another than on file" in run.notices[0][1] + run.notices[1][1]
    assert Guarantor.objects.get().email == "samir.haddad@example.com"
    assert EmailChange.objects.get().new_email == "new@example.com"


def test_a_payment_that_names_no_charge_is_left_out_with_a_word(load):
    run = load(with_changes(n1={"request": {"reference": "Claim/7"}}))

    assert (run.state, run.noticed) == ("done", 2)
    assert "PaymentNotice is left out: it names no ChargeItem as its request." in run.notices[1][1]
    assert ServiceLine.objects.get(line_number=1).insurance_paid_cents == 0


def test_other_resources_are_counted_and_a_bundle_is_told_what_to_do(load):
    coverage = '{"resourceType":"Coverage","id":"1"}\n'
    assert load(coverage * 2 + FHIR).notices[0] == [0, "2 of Coverage left out: POPS has no use for them"]

    run = load('{"resourceType":"Bundle","type":"collection"}\n')
    assert run.problem.startswith("The file holds no accounts. Of FHIR it takes resources, one a line and no Bundle")


def test_the_patient_answers_for_themselves_where_no_guarantor_is_named(load):
    load(with_changes(a1={"guarantor": None}, r1=None))

    assert Guarantor.objects.get().name == "Layla Haddad"


def test_the_check_finds_what_a_file_moves_though_nothing_is_loaded_yet(load, pay):
    """A paid patient to a guarantor who is new in the same file."""
    load(FHIR)
    guarantor = Guarantor.objects.get()
    pay(guarantor, cents=3_000)

    run = load(with_changes(a1={"identifier": [{"value": "0051399"}]}))

    assert run.state == "refused"
    assert "payments are applied to this patient's services" in said(run)[0]
    assert Guarantor.objects.count() == 1


def test_a_patient_who_is_there_may_be_named_though_their_row_is_new_to_the_file(load):
    PatientFactory(number="P-9", guarantor=GuarantorFactory(account_number="0051301"))

    assert load(FHIR).state == "done"


def test_a_killed_import_of_several_kinds_leaves_no_tables(load, monkeypatch):
    def break_off(*args, **facts):
        raise RuntimeError

    monkeypatch.setattr("pops.core.imports.runs.load_step", break_off)
    with pytest.raises(RuntimeError):
        load(FHIR)

    assert AccountImport.objects.get().state == "refused"
    assert find_left_tables() == []
