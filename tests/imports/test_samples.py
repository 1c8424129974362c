"""The files of docs/samples, as the command imports them: what a practice reads is what works."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from pops.core.accounts.models import Appointment, Encounter, Guarantor, ServiceLine
from pops.core.imports.kinds import KINDS
from receipts.owed import get_balances, get_credit
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory

SAMPLES = Path(settings.BASE_DIR) / "docs" / "samples"


@pytest.fixture
def lakeside(db):
    """The practice that the samples name."""
    PracticeFactory()
    GroupFactory()
    for name in ("Priya Raman, MD", "Thomas Okafor, MD", "Marcus Bell, PT", "Helen Sørensen, NP"):
        ProviderFactory(name=name)
    for name in ("Lakeside Main Clinic", "Lakeside North"):
        FacilityFactory(name=name)


def run_command(*arguments):
    out = io.StringIO()
    call_command("import_accounts", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_samples_come_in_in_their_order(lakeside):
    said = [run_command(SAMPLES / f"{kind}.csv") for kind in KINDS]

    assert all("0 changed, 0 unchanged, 0 bad and left out." in one for one in said)
    assert "guarantors.csv: Guarantors, UTF-8, separated by commas." in said[0]
    assert ServiceLine.objects.count() == 5
    assert Encounter.objects.get(in_collections=True).number == 71204
    assert Appointment.objects.get(status=Appointment.Status.BOOKED).patient.name == "Inês Santos"
    assert get_balances(Guarantor.objects.get(account_number="0051207")).amount_due_cents == 6_340


def test_the_command_names_bad_lines_and_writes_them_to_a_file(lakeside, tmp_path):
    path, rejects = tmp_path / "patients.csv", tmp_path / "bad.csv"
    path.write_text("patient_number,account_number,name\nP-1,51207,Beatriz Santos\n")
    run_command(SAMPLES / "guarantors.csv")

    with pytest.raises(CommandError, match="1 of 1 lines are bad"):
        run_command(path, "--rejects", rejects)

    assert rejects.read_text(encoding="utf-8-sig").splitlines() == [
        "Line,What is wrong,patient_number,account_number,name",
        "2,account_number: There is no guarantor with this account number or the account is retired. "
        "Import guarantors first: 51207,P-1,51207,Beatriz Santos",
    ]


def test_standard_input_is_read_and_a_check_loads_nothing(lakeside, monkeypatch):
    content = (SAMPLES / "guarantors.csv").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert "3 lines checked, 0 bad. Nothing was loaded." in run_command("-", "--check")
    assert not Guarantor.objects.exists()


def test_what_is_too_much_paid_is_named_and_is_credit(lakeside, tmp_path, pay):
    for kind in KINDS:
        run_command(SAMPLES / f"{kind}.csv")
    guarantor = Guarantor.objects.get(account_number="0051207")
    pay(guarantor, cents=6_340)
    path = tmp_path / "lines.csv"
    path.write_text((SAMPLES / "service_lines.csv").read_text().replace("35.60,0,71.00", "35.60,0,91.00"))

    said = run_command(path)

    assert "line 2, worth a look: billed costs less than was paid for it" in said
    assert "0 new, 1 changed, 4 unchanged" in said
    assert (get_balances(guarantor).current_cents, get_credit(guarantor)) == (0, 2_000)
