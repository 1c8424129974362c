"""HL7 v2 charges are read as they are: the sample of docs/integration.md, and more."""

import datetime as dt

import pytest

from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from tests.factories.imports import bring
from tests.imports.samples import DFT, said


@pytest.fixture
def load(lakeside, tmp_path):
    return lambda content, **wish: bring(tmp_path / "accounts", content, **wish)


def test_the_hl7_sample_comes_in(load):
    run = load(DFT)

    assert (run.state, run.kind, run.new, run.problem) == ("done", "hl7", 9, "")
    assert run.notices == [[7, "FT1 is left out: it is a payment, and names no line"]]
    assert list(
        Guarantor.objects.order_by("account_number").values_list("account_number", "name", "email", "phone")
    ) == [
        ("0051311", "Abena Osei", "abena.osei@example.com", "(555) 010-3211"),
        ("0051312", "Maja Lindqvist", "", "(555) 010-3212"),
    ]
    assert Patient.objects.get(number="P-20811").birth_date == dt.date(2012, 3, 5)
    visit = Encounter.objects.get(number=71311)
    assert (visit.provider.name, visit.facility.name) == ("Thomas Okafor, MD", "Lakeside North")
    assert visit.referring_provider.name == "Priya Raman, MD"
    line = ServiceLine.objects.get(encounter=visit, line_number=2)
    assert (line.description, line.procedure_code, line.billed_cents) == ("Strep test & reading", "87880", 3_650)
    assert line.service_date == dt.date(2025, 9, 9)


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\x1c\r"], ids=["CR", "CRLF", "MLLP"])
def test_segments_end_as_systems_end_them(load, ends):
    content = DFT.replace("MSH|", "\x0bMSH|") if ends == "\x1c\r" else DFT

    assert load(content.replace("\n", ends).encode()).new == 9


HL7_BROKEN = {
    "no separators": (
        "MSH|\rPID|1\r" + DFT.replace("\n", "\r"),
        "is no HL7 message: it begins with MSH and five signs",
    ),
    "no visit number": (DFT.replace("||||||||||||71312", ""), "PV1-19 is empty"),
    "no amount": (DFT.replace("|1|43.00", "|1|"), "FT1-11 is empty"),
    "a credit as a charge": (DFT.replace("|1|43.00", "|1|-43.00"), "FT1-11 is negative: -43.00."),
    "no day": (DFT.replace("||20250910||CG", "||20251310||CG"), "FT1-4 is a day that no calendar has: 20251310"),
}


@pytest.mark.parametrize(("content", "words"), HL7_BROKEN.values(), ids=HL7_BROKEN)
def test_what_is_wrong_with_a_message_is_said_with_its_field(load, content, words):
    run = load(content.encode())

    assert run.state == "refused", run.notices
    assert any(words in one for one in said(run)), run.faults
    assert not Guarantor.objects.exists()


def test_who_refers_from_elsewhere_stops_no_visit_and_is_told_once(load):
    load(DFT)
    doctor = "2077^Sorokin^Elena^^^^MD"
    elsewhere = DFT.replace("1041^Raman^Priya^^^^MD|||", f"{doctor}|||", 1)

    run = load(
        elsewhere.replace("1041^Raman^Priya^^^^MD||||||||||||71312", f"1041^Raman^Priya^^^^MD|{doctor}|||||||||||71312")
    )

    assert (run.state, run.unchanged) == ("done", 9)
    words = (
        "PV1-8 is left out. There is no provider of this name or number, or more than one. See POPS Management > "
        "Providers. What is there stays: Elena Sorokin, MD"
    )
    assert run.notices[0] == [4, words]
    assert len(run.notices) == 2
    assert Encounter.objects.get(number=71311).referring_provider.name == "Priya Raman, MD"


def test_a_later_message_holds_and_other_messages_are_counted(load):
    later = DFT[DFT.index("MSH", 9) :].replace("43.00", "44.00").replace("20250911-1", "20250912-1")
    other = "MSH|^~\\&|PM|LAKESIDE|POPS|LAKESIDE|20250912||ADT^A08|9|P|2.5.1\nPID|1||P-20812\n"

    run = load(DFT + other + later)

    assert run.notices[0] == [0, "1 of ADT^A08 left out: POPS has no use for them"]
    assert ServiceLine.objects.get(encounter__number=71312).billed_cents == 4_400
