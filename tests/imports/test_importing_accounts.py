"""A practice's accounts come in from files, are brought up to date by the next ones, and owe what they say."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pops.core.accounts.models import Appointment, Guarantor, GuarantorMerge, Patient, ServiceLine, Statement
from pops.core.practice.models import Group
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory
from tests.factories.imports import ALL, GUARANTORS, LINES
from tests.factories.practice import GroupFactory


@pytest.fixture
def loaded(load):
    """All six files, each once."""
    runs = [load(content) for content in ALL.values()]
    assert [(run.kind, run.state, run.new, run.problem) for run in runs] == [(kind, "done", 1, "") for kind in ALL]


def test_all_kinds_come_in(loaded):
    guarantor = Guarantor.objects.get()
    assert (guarantor.account_number, guarantor.email, guarantor.group.name) == (
        "00123",
        "maria@example.com",
        "Lakeside",
    )
    assert Patient.objects.get().birth_date == dt.date(2015, 4, 30)
    line = ServiceLine.objects.get()
    assert (line.service_id, line.billed_cents, line.patient_share_cents) == ("67563-1", 123_456, 20_000)
    assert (line.responsibility_date, line.statement) == (dt.date(2026, 2, 1), Statement.objects.get())
    assert get_balances(guarantor).amount_due_cents == 20_000
    # 14:30 on the practice's clock, which went to daylight saving time the night before.
    assert Appointment.objects.get().starts_at == dt.datetime(2026, 3, 9, 18, 30, tzinfo=dt.UTC)


def test_the_same_files_again_change_nothing(loaded, load):
    before = list(ServiceLine.objects.values())

    assert [(run.new, run.changed, run.unchanged) for run in map(load, ALL.values())] == [(0, 0, 1)] * 6
    assert list(ServiceLine.objects.values()) == before


def test_a_later_file_brings_rows_up_to_date_and_adds_others(loaded, load):
    run = load(LINES.replace("34.56,0,1000", "34.56,0,1100") + "67563,2,2026-01-05,,Strep test,87880,36.00,,,,\n")

    assert (run.new, run.changed, run.unchanged) == (1, 1, 0)
    assert [line.patient_share_cents for line in ServiceLine.objects.order_by("line_number")] == [10_000, 3_600]


def test_a_column_that_the_file_lacks_stays_as_it_is_and_an_empty_cell_empties(loaded, load):
    load("account_number,name,phone\n00123,Maria Alvarez-Ruiz,\n")

    guarantor = Guarantor.objects.get()
    assert (guarantor.name, guarantor.email, guarantor.phone) == ("Maria Alvarez-Ruiz", "maria@example.com", "")


def test_history_says_which_import_changed_a_guarantor(loaded, load):
    run = load("account_number,name\n00123,Maria Ruiz\n")

    event = Guarantor.pgh_event_model.objects.latest("pgh_id")
    assert (event.name, event.pgh_context.metadata["reason"]) == ("Maria Ruiz", f"Import {run.pk}: accounts.csv")


def test_with_bad_lines_nothing_is_loaded_or_only_the_good_ones(load):
    content = GUARANTORS + "124,Bad Address,nowhere,\n125,James Whitcomb,,\n"

    run = load(content)
    assert (run.state, run.bad, run.problem) == ("refused", 1, "1 of 3 lines are bad. Nothing was loaded.")
    assert run.faults == [[3, "email is no email address: nowhere"]]
    assert not Guarantor.objects.exists()

    run = load(content, skip_bad=True)
    assert (run.state, run.new, run.bad) == ("done", 2, 1)
    assert Guarantor.objects.count() == 2


def test_a_mended_report_is_imported_as_it_is(load):
    """Its cells are guarded from spreadsheets: what the guard added is taken away, and no more."""
    content = "Acct #,Guarantor Name,Phone Number,Favorite\n00123,Maria,,x\n00 124,'t Hooft,+1 555,=y\n"
    run = load(content, skip_bad=True)
    names = {"Acct #": "account_number", "Guarantor Name": "name", "Phone Number": "phone", "Favorite": ""}
    assert (run.new, run.column_of) == (1, names)

    report = run.report.read().decode("utf-8-sig")
    assert report.splitlines() == [
        "Line,What is wrong,Acct #,Guarantor Name,Phone Number,Favorite",
        "3,\"Acct # has a space in it, or a sign that can't be seen\",'00 124,''t Hooft,'+1 555,'=y",
    ]
    run = load(report.replace("00 124", "00124"))
    assert (run.state, run.new) == ("done", 1)
    guarantor = Guarantor.objects.get(account_number="00124")
    assert (guarantor.name, guarantor.phone) == ("'t Hooft", "+1 555")


def test_what_names_a_merged_account_goes_to_the_one_it_is_part_of(loaded, load):
    old, between, new = (GuarantorFactory(account_number=number, group=Group.objects.get()) for number in "789")
    for merged, into in ((old, between), (between, new)):
        GuarantorMerge.objects.create(
            merged=merged, into=into, moved={}, money={}, reason="Entered twice", merged_by=UserFactory()
        )
        Guarantor.objects.filter(pk=merged.pk).update(is_retired=True)

    assert load("patient_number,account_number,name\nP-7,7,Ann Lee\n").new == 1
    assert Patient.objects.get(number="P-7").guarantor == new
    Guarantor.objects.filter(pk=new.pk).update(is_retired=True)
    assert load("patient_number,account_number,name\nP-8,9,Ann Lee\n").bad == 1


def test_a_walk_in_without_a_birth_date_is_named_before_a_second_patient_is_made(load):
    walk_in = PatientFactory(guarantor__account_number="48210", number="", name="Leo Alvarez", birth_date=None)
    PatientFactory(guarantor=walk_in.guarantor, number="", name="Mia Alvarez", birth_date=None)
    file = "patient_number,account_number,name,birth_date\nP-7,48210,LEO ALVAREZ,2015-04-30\n"

    found = load(file, only_check=True)

    words = (
        "is that of a patient who was entered by hand: with the same birth date there and here before this is loaded"
    )
    assert found.notices == [[2, f"name {words} they are one, with what was paid for them"]]
    assert load(file.replace(",birth_date", "").replace(",2015-04-30", ""), only_check=True).noticed == 1
    Patient.objects.filter(pk=walk_in.pk).update(birth_date=dt.date(2015, 4, 30))
    assert load(file).noticed == 0
    assert Patient.objects.get(number="P-7").pk == walk_in.pk


def test_a_check_alone_loads_nothing(load):
    run = load(GUARANTORS, only_check=True)

    assert (run.state, run.rows, run.bad) == ("checked", 1, 0)
    assert not Guarantor.objects.exists()


def test_with_several_groups_each_new_guarantor_names_theirs(load):
    GroupFactory(name="North")
    assert load(GUARANTORS).faults == [[2, "group is needed: there are several POPS Groups"]]

    assert load("account_number,name,group\n00123,Maria,NORTH\n").state == "done"
    assert load("account_number,name\n00123,Maria Ruiz\n").changed == 1
    assert Guarantor.objects.get().group.name == "North"


@pytest.mark.parametrize(
    ("encoding", "separator", "said"),
    [
        ("utf-8", ",", "UTF-8, separated by commas"),
        ("utf-8-sig", ";", "UTF-8, separated by semicolons"),
        ("utf-16", "\t", "UTF-16, separated by tabs"),
        ("utf-16-le", ",", "UTF-16, separated by commas"),
        ("cp1252", "|", "Windows-1252, separated by bars"),
    ],
)
def test_encodings_and_separators_are_found_out_and_said(load, encoding, separator, said):
    content = "account_number,name,phone\n00123,Renée “Zoë” Müller,\n".replace(",", separator)

    assert load(content.encode(encoding)).said == said
    assert Guarantor.objects.get().name == "Renée “Zoë” Müller"


def test_objects_a_line_each_are_read_too(load):
    run = load('{"account_number": "00123", "name": "王小明", "no_email": true, "phone": null}\n')

    assert (run.state, run.said) == ("done", "UTF-8, one JSON object a line")
    assert Guarantor.objects.get(name="王小明", email_opt_out=True).phone == ""


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-09 14:30", "18:30"),
        ("2026-03-09T14:30:00.000Z", "14:30"),
        ("2026-03-09T14:30:15-07:00", "21:30"),
        ("3/9/2026 2:30 PM", "18:30"),
        ("3/9/2026 14:30:59", "18:30"),
    ],
)
def test_times_are_the_practices_unless_they_say_otherwise(loaded, load, written, utc):
    assert load(f"appointment_number,patient_number,starts_at\nA-2,P-1,{written}\n").new == 1
    assert f"{Appointment.objects.get(number='A-2').starts_at:%H:%M}" == utc


def test_lines_that_lie_apart_are_loaded_together_and_named_by_their_place_in_the_file(loaded, load, monkeypatch):
    """Sorted for the steps, so that each locks few encounters; what is said counts as the file does."""
    monkeypatch.setattr("pops.core.imports.runs.STEP", 4)
    load("encounter_number,patient_number,provider,facility\n" + "".join(
        f'{number},P-1,"Raman, MD",Main Clinic\n' for number in range(1, 9)
    ))  # fmt: skip
    rows = [f"{1 + n % 8},{1 + n // 8},2026-01-05,Visit,{n + 1}.00" for n in range(32)]
    head = "encounter_number,line_number,service_date,description,billed"
    broken = [*rows[:9], rows[9].replace("10.00", "nothing"), *rows[10:]]

    assert load("\n".join([head, *broken])).faults == [
        [11, "billed is no amount of dollars and cents, such as 1,234.56: nothing"]
    ]
    with CaptureQueriesContext(connection) as queries:
        assert load("\n".join([head, *rows])).new == 32

    written = [query["sql"] for query in queries if "WITH written" in query["sql"]]
    assert len(written) == 9
    lines = ServiceLine.objects.filter(encounter__number__lte=8).order_by("pk")
    assert [line.encounter.number for line in lines] == sorted(line.encounter.number for line in lines)
    assert lines.get(billed_cents=1000).service_id == "2-2"
