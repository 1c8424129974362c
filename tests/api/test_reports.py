"""Reports as data: what their pages say, to who has their rights."""

import pytest

from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.api import caller
from tests.factories.desk import batch_of, clerk, take, tender, today
from tests.factories.staff import DESK

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(practice):
    """Three payments at the desk, on services that are nobody's secret yet."""
    by = clerk()
    guarantor = GuarantorFactory()
    patient = PatientFactory(guarantor=guarantor, name="Quill Quillfeather")
    ServiceLineFactory(encounter=EncounterFactory(patient=patient), billed_cents=6000)
    batch_of(by)
    for cents in (1000, 2000, 3000):
        take(by, tender(cents), guarantor=guarantor)
    return patient


def ask(system, question=""):
    return system.get(f"/reports/pops-payments?from={today()}&to={today()}{question}")


def test_totals_groups_and_rows_page_by_page(taken):
    system = caller()
    answer = ask(system, "&by=method&limit=2&sort=receipt")
    told = answer.json()

    assert told["totals"]["received"] == 6000
    assert told["sections"][0]["groups"][0]["sums"]["received"] == 6000
    assert [row["amount"] for row in told["rows"]] == [1000, 2000]
    assert [column["name"] for column in told["columns"]] == list(told["rows"][0])
    assert answer.headers["Link"] == f'<{told["next"]}>; rel="next"'
    rest = system.get(told["next"].partition("/api/v1")[2]).json()
    assert ([row["amount"] for row in rest["rows"]], rest["next"]) == ([3000], None)
    assert ask(system, "&totals=only").json()["rows"] == []


def test_a_question_that_can_not_be_is_refused_by_name(taken):
    system = caller()
    told = ask(system, "&by=weather&shoe=41&limit=501")

    assert told.status_code == 400
    assert [error["parameter"] for error in told.json()["errors"]] == ["by", "shoe"]
    assert ask(system, "&limit=501").json()["errors"][0]["detail"] == "Say a number from 1 to 500."
    assert ask(system, "&after=rubbish").status_code == 400
    assert system.get("/reports/none").status_code == 404


def test_a_report_asks_for_its_own_right(taken):
    desk = caller(role=DESK, name="Scheduling")

    assert ask(desk).json()["code"] == "right_missing"
    assert desk.get("/reports").json()["items"] == []
    assert [row["name"] for row in caller(name="All").get("/reports").json()["items"]] == [
        "pops-payments",
        "session-usage",
    ]


def test_what_is_confidential_takes_scope_and_right(taken):
    taken.is_confidential = True
    taken.save()
    listed = "&list=applied"

    assert "Quillfeather" in ask(caller(), listed).content.decode()
    assert "Quillfeather" not in ask(caller("reports:read", name="Without"), listed).content.decode()
