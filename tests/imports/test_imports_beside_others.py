"""Imports beside imports, beside payments of the same guarantors, and killed in the middle: real connections."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from payments.recording.payments import record_outcome
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.imports.brought import forget_old
from pops.core.imports.loading import STEP
from pops.core.imports.models import AccountImport
from pops.core.imports.staging import find_left_tables
from receipts.models import Posting, Receipt
from tests.concurrency import find_waiting, run_together, wait_until
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.imports import bring
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import GroupFactory, PracticeFactory
from tests.moments import NOON
from tests.notifications.processes import database_url

HEAD = "encounter_number,line_number,service_date,description,billed\n"
GUARANTORS = 8
LINES = 40

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def guarantors():
    """Some guarantors with an encounter each, numbered 1, 2, 3..."""
    PracticeFactory()
    group = GroupFactory()
    made = [GuarantorFactory(group=group, account_number=f"{900 + n}") for n in range(GUARANTORS)]
    for n, guarantor in enumerate(made, 1):
        EncounterFactory(number=n, patient=PatientFactory(guarantor=guarantor, number=f"P-{n}"))
    return made


def charges(cents_of_line, *, backwards=False):
    """A file with lines for each encounter."""
    rows = [
        f"{encounter},{line},2026-01-05,Office visit,{cents_of_line(line) / 100:.2f}\n"
        for encounter in range(1, GUARANTORS + 1)
        for line in range(1, LINES + 1)
    ]
    return HEAD + "".join(reversed(rows) if backwards else rows)


def test_two_imports_at_once_end_as_one_of_them(guarantors, tmp_path, monkeypatch):
    """Each has the rows in another order, and both load in many steps."""
    monkeypatch.setattr("pops.core.imports.runs.STEP", 20)
    files = [charges(lambda line: 1000 + line), charges(lambda line: 1000 + line, backwards=True)]

    runs = run_together([lambda n=n: bring(tmp_path / f"{n}.csv", files[n]) for n in (0, 1)])

    assert [(run.state, run.new + run.changed + run.unchanged) for run in runs] == [("done", GUARANTORS * LINES)] * 2
    assert sum(run.new for run in runs) == GUARANTORS * LINES
    assert ServiceLine.objects.filter(line_number=7, billed_cents=1007).count() == GUARANTORS
    assert find_left_tables() == []


def test_new_guarantors_of_two_imports_come_in_once(guarantors, tmp_path):
    """Both write all of them in one step; in the order of their files they would wait for each other."""
    rows = [f"N{n:04},Guarantor {n}\n" for n in range(4_000)]
    files = ["account_number,name\n" + "".join(order) for order in (rows, rows[::-1])]

    runs = run_together([lambda n=n: bring(tmp_path / f"{n}.csv", files[n]) for n in (0, 1)])

    assert [run.state for run in runs] == ["done", "done"]
    assert Guarantor.objects.filter(account_number__startswith="N").count() == 4_000


def test_payments_of_the_same_guarantors_are_recorded_beside_an_import(guarantors, tmp_path, monkeypatch):
    """Charges go up and down while they are paid: each posting fits its moment, and nobody waits in a circle."""
    monkeypatch.setattr("pops.core.imports.runs.STEP", 15)
    bring(tmp_path / "first.csv", charges(lambda line: 2000))
    payments = [PaymentFactory(guarantor=guarantors[n % GUARANTORS], amount_cents=1500) for n in range(48)]
    news = [(payment.pk, outcome_of(payment, at=NOON)) for payment in payments]
    files = [charges(lambda line: 500), charges(lambda line: 3000, backwards=True), charges(lambda line: 700)]
    jobs = [lambda n=n: bring(tmp_path / f"{n}.csv", files[n]) for n in range(3)]
    jobs += [lambda pk=pk, one=one: record_outcome(payment_id=pk, outcome=one) for pk, one in news]

    done = run_together(jobs, width=6)

    assert [run.state for run in done[:3]] == ["done"] * 3
    assert Receipt.objects.count() == len(payments)
    assert not Posting.objects.filter(remaining_cents__lt=0).exists()


def test_a_patient_whose_services_are_paid_meanwhile_does_not_move(guarantors, tmp_path, monkeypatch):
    """The payment came after the check and before the row was held."""
    bring(tmp_path / "first.csv", charges(lambda line: 2000))
    payment = PaymentFactory(guarantor=guarantors[0], amount_cents=1500)
    news = outcome_of(payment, at=NOON)

    def pay_then_count(*, table):
        record_outcome(payment_id=payment.pk, outcome=news)
        return 0

    monkeypatch.setattr("pops.core.imports.runs.count_bad", pay_then_count)
    run = bring(tmp_path / "move.csv", "patient_number,account_number,name\nP-1,901,Leo Alvarez\n")

    assert (run.state, "While it was loaded, something came" in run.problem) == ("refused", True)
    assert Patient.objects.get(number="P-1").guarantor == guarantors[0]


def test_killed_in_the_middle_and_repeated_it_ends_the_same(guarantors, tmp_path):
    """The first run is killed once two of its steps are committed; the second says what was there already."""
    path, lines = tmp_path / "many.csv", 2 * STEP + 1000
    rows = "".join(f"1,{line},2026-01-05,Office visit,{line}.00\n" for line in range(1, lines + 1))
    path.write_text(HEAD + rows)
    environment = {**os.environ, "DATABASE_URL": database_url()}
    command = [sys.executable, "manage.py", "import_accounts", str(path)]
    with transaction.atomic():
        # Not committed: its third step waits for what becomes of this line, and can't end before it is killed.
        ServiceLineFactory(encounter=Encounter.objects.get(number=1), line_number=lines)
        with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment) as first:
            wait_until(find_waiting)
            first.kill()
        killed = find_waiting()
        transaction.set_rollback(True)
    wait_until(lambda: not _are_served(killed))
    part = ServiceLine.objects.count()

    again = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)

    assert 0 < part < lines
    assert f"{lines - part:,} new, 0 changed, {part:,} unchanged, 0 bad" in again.stdout
    assert ServiceLine.objects.count() == lines
    assert list(AccountImport.objects.order_by("pk").values_list("state", flat=True)) == ["loading", "done"]

    # No emptying after a test knows of its table.
    forget_old(now=timezone.now() + dt.timedelta(days=2))
    assert find_left_tables() == []


def _are_served(pids: list[int]) -> bool:
    """Whether the server still works for a client of these: it may notice late that one died."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY(%s))", [pids])
        served: bool = cursor.fetchone()[0]
        return served
