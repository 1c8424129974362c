"""A program brings rows by a call: by the rules of a file's, in whatever order, and it is told what became of each."""

import csv
import datetime as dt
import io

import pytest
from django.db import transaction

from pops.core.accounts.models import Appointment, Encounter, Guarantor, Patient, ServiceLine, Statement
from pops.core.imports.upserts import Became, Brought, Outcome, RowsRefused, upsert_rows
from pops.core.practice.models import Facility, Provider
from pops.logins.models import EmailChange
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory
from tests.factories.imports import ALL
from tests.moments import NOON

TABLES = (Guarantor, Patient, Statement, Encounter, ServiceLine, Appointment)
CREATED, UPDATED, UNCHANGED, REFUSED = Became


@pytest.fixture
def system(db):
    """The login of the practice's own system."""
    return UserFactory(email="system@example.com")


@pytest.fixture
def bring(clinic, system):
    """Bring rows, each a kind and its cells."""

    def bring(*rows, is_whole=False, sees_confidential=True) -> list[Outcome]:
        brought = [Brought(kind, cells) for kind, cells in rows]
        how = {"is_whole": is_whole, "sees_confidential": sees_confidential, "reason": "API: Headquarters"}
        return upsert_rows(rows=brought, **how, now=NOON, by=system)

    return bring


# Which rows a patient's mark covers too, and a guess at a word of each.
OF_PATIENTS = ("encounters", "service_lines", "appointments")
WRONG = {
    "patients": {"name": "Somebody Else"},
    "service_lines": {"description": "Another visit"},
    "appointments": {"visit_type": "Another visit"},
}


def became(outcomes):
    return [outcome.became for outcome in outcomes]


def read_csv(content):
    return [dict(row) for row in csv.DictReader(io.StringIO(content))]


def everything():
    """All rows, by what they say and not by the ids that they were given."""
    ids = {"id", "guarantor_id", "patient_id", "encounter_id", "statement_id", "entered_at"}
    return [
        [{k: v for k, v in row.items() if k not in ids} for row in table.objects.order_by("pk").values()]
        for table in TABLES
    ]


ROWS = [(kind, row) for kind, content in ALL.items() for row in read_csv(content)]


def test_the_same_rows_by_file_and_by_call_are_the_same_in_the_database(bring, load):
    with transaction.atomic():
        assert [load(content).state for content in ALL.values()] == ["done"] * len(ALL)
        by_file = everything()
        transaction.set_rollback(True)

    # Backwards: a line comes before its statement, a patient before the guarantor.
    assert became(bring(*reversed(ROWS))) == [CREATED] * len(ROWS)

    assert everything() == by_file
    assert ServiceLine.objects.get().statement == Statement.objects.get()
    assert became(bring(*ROWS)) == [UNCHANGED] * len(ROWS)


def test_what_a_row_does_not_say_stays_and_what_is_empty_empties(bring):
    bring(*ROWS)

    outcomes = bring(
        ("patients", {"patient_number": "P-1", "account_number": "00123", "name": "Leo Ruiz"}),
        (
            "patients",
            {"patient_number": "P-2", "account_number": "00123", "name": "Mia Ruiz", "birth_date": "2017-01-05"},
        ),
        ("guarantors", {"account_number": "00123", "name": "Maria Alvarez", "phone": ""}),
    )

    assert became(outcomes) == [UPDATED, CREATED, UPDATED]
    assert list(Patient.objects.order_by("number").values_list("name", "birth_date")) == [
        ("Leo Ruiz", dt.date(2015, 4, 30)),
        ("Mia Ruiz", dt.date(2017, 1, 5)),
    ]
    guarantor = Guarantor.objects.get()
    assert (guarantor.email, guarantor.phone) == ("maria@example.com", "")
    event = Guarantor.pgh_event_model.objects.latest("pgh_id")
    assert event.pgh_context.metadata["reason"] == "API: Headquarters"


def test_a_bad_row_is_refused_with_each_reason_and_the_good_ones_go_in(bring):
    outcomes = bring(
        ("guarantors", {"account_number": "1", "name": "", "email": "nowhere"}),
        ("guarantors", {"account_number": "2", "name": "James Whitcomb"}),
        ("patients", {"patient_number": "P-9", "account_number": "1", "name": "Ada", "birth_date": "2036-01-01"}),
        ("statements", {"statement_number": "S-9", "account_number": "2", "statement_date": "2026-02-01"}),
    )

    assert became(outcomes) == [REFUSED, CREATED, REFUSED, REFUSED]
    assert outcomes[0].faults == [("name", "is empty"), ("email", "is no email address: nowhere")]
    assert outcomes[2].faults == [
        ("account_number", "There is no guarantor with this account number or the account is retired: 1"),
        ("birth_date", "is in the future: 2036-01-01"),
    ]
    assert outcomes[3].faults == [("balance", "is missing")]
    assert list(Guarantor.objects.values_list("name", flat=True)) == ["James Whitcomb"]


def test_a_row_twice_in_a_call_is_refused_both_times(bring):
    row = ("guarantors", {"account_number": "1", "name": "James Whitcomb"})

    outcomes = bring(row, row)

    assert [outcome.faults for outcome in outcomes] == [[("account_number", "stands 2 times in this request")]] * 2


def test_rows_that_are_wanted_whole_go_in_whole_or_not_at_all(bring):
    with pytest.raises(RowsRefused) as refused:
        bring(*ROWS, ("patients", {"patient_number": "P-2", "account_number": "9", "name": "Ada"}), is_whole=True)

    assert became(refused.value.outcomes).count(REFUSED) == 1
    assert not Guarantor.objects.exists()


def test_what_a_guarantor_confirmed_stays_and_another_address_is_put_to_its_reader(bring):
    bring(*ROWS)
    Guarantor.objects.update(phone_confirmed_at=NOON)

    said = {"account_number": "00123", "name": "Maria Alvarez", "email": "new@example.com", "phone": "(555) 010-9999"}
    [outcome] = bring(("guarantors", said))

    assert outcome.became is UNCHANGED
    assert [column for column, _ in outcome.notices] == ["email", "phone"]
    assert EmailChange.objects.get().new_email == "new@example.com"
    assert Guarantor.objects.get().email == "maria@example.com"
    # Silence about both is no word against them.
    assert bring(("guarantors", {"account_number": "00123", "name": "Maria Alvarez"}))[0].notices == []


def test_who_does_not_see_what_is_confidential_marks_and_never_unmarks(bring):
    bring(*ROWS)
    said = {"patient_number": "P-1", "account_number": "00123", "name": "Leo Alvarez"}

    assert became(bring(("patients", {**said, "confidential": "yes"}), sees_confidential=False)) == [UPDATED]
    [refused] = bring(("patients", {**said, "confidential": "no"}), sees_confidential=False)
    assert refused.faults == [
        ("confidential", "is marked here, and can be unmarked only by who may see what is confidential")
    ]
    assert became(bring(("patients", {**said, "confidential": "no"}))) == [UPDATED]


@pytest.mark.parametrize("marked", [Patient, Encounter, Appointment])
def test_who_does_not_see_what_is_confidential_learns_no_word_of_it_by_guessing(bring, marked):
    bring(*ROWS)
    marked.objects.update(is_confidential=True)
    covers = {Patient: {"patients", *OF_PATIENTS}, Encounter: {"encounters", "service_lines"}}
    hidden = covers.get(marked, {"appointments"})

    assert set(became(bring(*ROWS))) == {UNCHANGED}
    told = bring(*ROWS, sees_confidential=False)
    guessed = bring(*((kind, {**row, **WRONG.get(kind, {})}) for kind, row in ROWS), sees_confidential=False)

    assert became(told) == [UPDATED if kind in hidden else UNCHANGED for kind, _ in ROWS]
    assert [a for a, (kind, _) in zip(guessed, ROWS, strict=True) if kind in hidden] == [
        a for a, (kind, _) in zip(told, ROWS, strict=True) if kind in hidden
    ]


@pytest.mark.parametrize("name", ["Leo Alvarez", "Somebody Else"])
def test_who_does_not_see_what_is_confidential_guesses_at_no_patient_entered_by_hand(bring, name):
    bring(*[row for row in ROWS if row[0] == "guarantors"])
    facts = {"name": "Leo Alvarez", "birth_date": dt.date(2015, 4, 30), "is_confidential": True}
    by_hand = PatientFactory(guarantor=Guarantor.objects.get(), **facts)
    said = {"patient_number": "P-1", "account_number": "00123", "name": name, "birth_date": "2015-04-30"}

    [refused] = bring(("patients", said), sees_confidential=False)

    words = (
        "is new, and this account has a confidential patient without a number: "
        "only who may see what is confidential can tell whether they are the same"
    )
    assert refused.faults == [("patient_number", words)]
    assert became(bring(("patients", said))) == [UPDATED if name == by_hand.name else CREATED]


def test_who_does_not_see_what_is_confidential_makes_no_visit_plain_by_calling_it_another_patients(bring):
    bring(*ROWS, ("patients", {"patient_number": "P-2", "account_number": "00123", "name": "Ana Alvarez"}))
    Patient.objects.filter(number="P-1").update(is_confidential=True)
    moved = [(kind, {**row, "patient_number": "P-2"}) for kind, row in ROWS if kind in ("encounters", "appointments")]

    told = bring(*moved, sees_confidential=False)

    words = "is another than before, who is confidential: only who may see what is confidential can change it"
    assert [outcome.faults for outcome in told] == [[("patient_number", words)]] * len(moved)
    assert became(bring(*moved)) == [UPDATED] * len(moved)


def test_places_are_named_by_number_and_those_entered_by_hand_get_theirs(bring):
    outcomes = bring(
        ("providers", {"provider_number": "D-1", "name": "raman, MD"}),
        ("providers", {"provider_number": "D-2", "name": "Raman, MD"}),
        ("facilities", {"facility_number": "F-1", "name": "Main Clinic", "nickname": "Main"}),
    )

    # Two of a name are like none by hand, and go by their numbers from then on.
    assert became(outcomes) == [CREATED, CREATED, UPDATED]
    assert (Facility.objects.get().number, Facility.objects.get().nickname) == ("F-1", "Main")
    visit = {"encounter_number": "67563", "patient_number": "P-1", "provider": "Raman, MD", "facility": "f-1"}
    rows = [row for row in ROWS if row[0] in ("guarantors", "patients")]
    *_, named = bring(*rows, ("encounters", visit))
    assert named.faults[0][1].startswith("There is no provider of this name or number, or more than one.")
    assert became(bring(("encounters", {**visit, "provider": "D-2"}))) == [CREATED]
    assert Encounter.objects.get().provider == Provider.objects.get(number="D-2")


def test_a_patient_entered_by_hand_gets_the_number_and_is_told_as_changed(bring):
    bring(*[row for row in ROWS if row[0] == "guarantors"])
    by_hand = PatientFactory(guarantor=Guarantor.objects.get(), name="Leo Álvarez", birth_date=dt.date(2015, 4, 30))

    said = {"patient_number": "P-1", "account_number": "00123", "name": "Leo Álvarez", "birth_date": "2015-04-30"}
    assert became(bring(("patients", said))) == [UPDATED]
    assert Patient.objects.get() == by_hand


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_over_the_same_accounts_end_as_one_of_them(clinic, system):
    guarantors = [GuarantorFactory(account_number=f"9{n:02}") for n in range(20)]
    for n, guarantor in enumerate(guarantors):
        PatientFactory(guarantor=guarantor, number=f"P-{n}")

    def call(n):
        patients = [
            Brought(
                "patients", {"patient_number": f"P-{at}", "account_number": f"9{(at + n) % 20:02}", "name": f"Call {n}"}
            )
            for at in range(30)
        ]
        rows = [*(reversed(patients) if n else patients)]
        return upsert_rows(rows=rows, is_whole=False, sees_confidential=True, reason=f"{n}", now=NOON, by=system)

    answers = run_together([lambda n=n: call(n) for n in range(4)])

    assert [len(outcomes) for outcomes in answers] == [30] * 4
    assert not any(outcome.is_refused for outcomes in answers for outcome in outcomes)
    assert len(set(Patient.objects.values_list("name", flat=True))) == 1
