"""The practice's own system reads and brings its accounts, by its own numbers."""

import datetime as dt
from urllib.parse import quote

import pytest

from pops.core.accounts.merging import merge_guarantors
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.practice.models import Practice
from pops.logins.trial import begin_trial
from pops.web.api.v1.accounts.examples import (
    SAID_APPOINTMENT,
    SAID_ENCOUNTER,
    SAID_GUARANTOR,
    SAID_LINE,
    SAID_PATIENT,
    SAID_STATEMENT,
    without,
)
from pops.web.api.v1.places import SAID_FACILITY, SAID_PROVIDER
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import Caller, caller, new_key
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory

MIXED = {
    "appointments": [SAID_APPOINTMENT],
    "encounters": [SAID_ENCOUNTER],
    "statements": [SAID_STATEMENT],
    "patients": [SAID_PATIENT],
    "guarantors": [SAID_GUARANTOR],
}
COUNTS = {"created": 0, "updated": 0, "unchanged": 0, "refused": 0}


@pytest.fixture
def system(db):
    PracticeFactory()
    GroupFactory(name="Lakeside")
    ProviderFactory()
    FacilityFactory()
    return caller()


@pytest.fixture
def brought(system):
    answer = system.post("/accounts/bulk", MIXED)
    assert answer.json()["counts"] == {**COUNTS, "created": 6}
    return system


def test_one_call_brings_all_kinds_whatever_their_order_and_each_is_read_by_its_number(brought):
    line = brought.get("/encounters/67563").json()["lines"][0]
    assert (line["service_id"], line["billed_cents"], line["remaining_cents"]) == ("67563-1", 12000, 2000)
    assert line["statement_number"] == "S-1"
    assert brought.get("/guarantors/00123").json()["group"] == "Lakeside"
    assert brought.get("/patients/P-1").json()["birth_date"] == "2015-04-30"
    assert brought.get("/statements/S-1").json()["balance_cents"] == 2000
    assert brought.get("/appointments/A-1").json()["starts_at"] == "2026-12-09T19:30:00Z"
    assert brought.get("/patients/P-2").status_code == 404

    again = brought.post("/accounts/bulk", MIXED).json()
    assert again["counts"] == {**COUNTS, "unchanged": 6}
    assert again["results"]["encounters"][0]["lines"][0]["number"] == "67563-1"


@pytest.mark.parametrize("number", ["1/2//bulk", "bulk", "a%b?c#d;v=é"])
def test_a_row_is_read_and_brought_by_whatever_number_its_system_gave_it(brought, number):
    for rows, said, name in [
        ("guarantors", SAID_GUARANTOR, "account_number"),
        ("patients", SAID_PATIENT, "patient_number"),
        ("statements", SAID_STATEMENT, "statement_number"),
        ("appointments", SAID_APPOINTMENT, "appointment_number"),
        ("facilities", SAID_FACILITY, "facility_number"),
        ("providers", SAID_PROVIDER, "provider_number"),
    ]:
        address, body = f"/{rows}/{quote(number, safe='')}", without(said, name)
        body = {**body, "name": f"{body['name']} II"} if "name" in body else body

        assert brought.get(address).status_code == 404
        made = brought.put(address, body)
        assert (made.status_code, made.json()["data"][name]) == (201, number), made.content
        assert brought.get(address).json()[name] == number
    many = brought.post("/patients/bulk", {"items": [SAID_PATIENT]})
    assert many.json()["counts"] == {**COUNTS, "unchanged": 1}
    assert brought.delete("/patients/bulk")["Allow"] == "GET, HEAD, POST, PUT"


def test_a_slash_too_many_makes_nothing_new(brought):
    for number in ("00123/", "/00123", "/"):
        answer = brought.put(f"/guarantors/{number}", without(SAID_GUARANTOR, "account_number"))
        assert answer.status_code == 404
    assert Guarantor.objects.count() == 1


@pytest.mark.parametrize("number", [" 00123", "00123 ", "00123\u2003"])
def test_a_number_with_a_space_around_it_is_refused_in_words(brought, number):
    refused = brought.put(f"/guarantors/{quote(number)}", without(SAID_GUARANTOR, "account_number"))

    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [
            {
                "pointer": "#/account_number",
                "detail": "account_number begins or ends with a space",
                "code": "refused",
            }
        ],
    )


def test_each_item_is_told_what_became_of_it(brought):
    items = [
        {**SAID_PATIENT, "name": "Leo Ruiz"},
        {"patient_number": 7, "account_number": "00123", "name": "Ada", "birth_date": "yesterday", "shoe": 41},
        "P-3",
        {"patient_number": "P-4", "account_number": "00123", "name": "Mia"},
    ]

    told = brought.post("/patients/bulk", {"items": items}).json()

    assert told["counts"] == {"created": 1, "updated": 1, "unchanged": 0, "refused": 2}
    assert [result["status"] for result in told["results"]] == ["updated", "refused", "refused", "created"]
    assert [error["field"] for error in told["results"][1]["errors"]] == ["patient_number", "birth_date", "shoe"]
    assert told["results"][1]["errors"][2]["detail"] == "shoe: There is no such field."
    assert [error["detail"] for error in told["results"][2]["errors"]] == ["This is no object of JSON."]


def test_one_row_goes_in_whole_or_is_refused_with_a_pointer_to_each_fault(brought):
    lines = [{**SAID_LINE, "billed_cents": 100}, {**SAID_LINE, "line_number": 2, "service_date": "2036-01-01"}]
    body = without(SAID_ENCOUNTER, "encounter_number")

    refused = brought.put("/encounters/67563", {**body, "provider": "Nobody", "lines": lines})

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        "#/provider", "#/lines/0/billed_cents", "#/lines/1/service_date",
    }  # fmt: skip
    assert ServiceLine.objects.count() == 1

    fine = brought.put("/encounters/67563", {**body, "lines": [{**SAID_LINE, "line_number": 2}]})
    assert (fine.status_code, fine.json()["status"], len(fine.json()["data"]["lines"])) == (200, "updated", 2)
    made = brought.put("/encounters/67564", {**body, "lines": []})
    assert (made.status_code, made.json()["status"]) == (201, "created")


def test_what_was_changed_meanwhile_is_not_written_over(brought):
    body = without(SAID_GUARANTOR, "account_number")
    seen = brought.get("/guarantors/00123")["ETag"]
    Guarantor.objects.update(preferred_name="Mari")

    late = brought.put("/guarantors/00123", {**body, "name": "Maria Ruiz"}, If_Match=seen)
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert Guarantor.objects.get().name == "Maria Alvarez"
    assert brought.put("/guarantors/00124", body, If_Match="*").status_code == 412

    now = brought.get("/guarantors/00123")["ETag"]
    fine = brought.put("/guarantors/00123", {**body, "name": "Maria Ruiz"}, If_Match=now)
    assert fine.json()["status"] == "updated"
    assert fine["ETag"] == brought.get("/guarantors/00123")["ETag"]


def test_what_guarantors_said_themselves_is_kept_and_that_is_told(brought):
    Guarantor.objects.update(phone_confirmed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))

    told = brought.put("/guarantors/00123", {"name": "Maria Alvarez", "phone": "(555) 010-9999"}).json()

    assert told["status"] == "unchanged"
    assert told["notices"] == [{"field": "phone", "detail": "phone is not taken: the guarantor confirmed another"}]
    read_only = brought.put("/guarantors/00123", {"name": "Maria Alvarez", "preferred_name": "Mari"})
    assert read_only.json()["errors"][0]["pointer"] == "#/preferred_name"


def test_a_first_answer_is_said_again_to_no_key_that_sees_less(brought):
    body = {**without(SAID_ENCOUNTER, "encounter_number"), "confidential": True}
    narrow = Caller(new_key(brought.account, "accounts:write").text)
    first = brought.put("/encounters/67563", body, Idempotency_Key="one")

    assert brought.put("/encounters/67563", body, Idempotency_Key="one").json() == first.json()
    assert narrow.put("/encounters/67563", body, Idempotency_Key="one").json()["code"] == "key_reused"


def test_what_is_confidential_is_told_by_number_without_words(brought):
    Encounter.objects.update(is_confidential=True)
    key = caller("accounts:read", "accounts:write", name="Scheduling")

    told = key.get("/encounters/67563").json()
    assert (told["encounter_number"], told["account_number"], told["lines"][0]["billed_cents"]) == (
        67563,
        "00123",
        12000,
    )
    assert "Office visit" not in str(told)
    assert not {"Raman", "Leo", "P-1", "99213", "2026-01-05"} & set(str(told).replace("'", " ").split())
    assert key.get("/encounters?account_number=00123").json()["items"] == [told]
    assert key.get("/encounters?patient_number=P-1").json()["items"] == []
    assert "Raman" in brought.get("/encounters/67563").json()["provider"]

    body = without({**SAID_ENCOUNTER, "lines": []}, "encounter_number")
    assert (
        key.put("/encounters/67563", {**body, "confidential": False}).json()["errors"][0]["pointer"] == "#/confidential"
    )
    Patient.objects.update(is_confidential=True)
    assert key.get("/patients/P-1").json()["name"] == "Confidential"
    hidden = key.get("/appointments/A-1").json()
    assert (hidden["starts_at"], hidden["patient_number"], hidden["status"]) == (None, "", "")
    assert key.get("/patients?birth_date=2015-04-30").json()["items"] == []


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("guarantors?search=alva", 1),
        ("guarantors?search=leo", 1),
        ("guarantors?email=MARIA@example.com&group=lakeside&is_retired=false", 1),
        ("guarantors?is_retired=true", 0),
        ("patients?account_number=00123", 1),
        ("encounters?provider=priya raman, md&in_collections=false", 1),
        ("encounters?facility=Elsewhere", 0),
        ("statements?account_number=00123&from_date=2026-02-15&until_date=2026-02-15", 1),
        ("appointments?from_time=2026-12-09T19:30:00Z&until_time=2026-12-09T19:31:00Z&status=booked", 1),
        ("appointments?until_time=2026-12-09T19:30:00Z", 0),
    ],
)
def test_lists_are_narrowed(brought, address, count):
    assert len(brought.get(f"/{address}").json()["items"]) == count


def test_an_account_that_was_merged_names_what_it_became_part_of(brought):
    other, stays = GuarantorFactory(account_number="00124"), Guarantor.objects.get(account_number="00123")
    merge_guarantors(merged_id=other.pk, into_id=stays.pk, reason="Twice", by=brought.account.user)

    told = {row["account_number"]: row["merged_into"] for row in brought.get("/guarantors").json()["items"]}

    assert told == {"00123": None, "00124": "00123"}
    tag = brought.get("/guarantors/00124")["ETag"]
    said = {"name": "Maria Alvarez", "group": "Lakeside"}
    assert brought.put("/guarantors/00124", said, If_Match=tag).json()["data"]["merged_into"] == "00123"


def test_the_trial_account_is_neither_told_nor_brought(brought):
    Practice.objects.update(opened_at=None)
    trial = begin_trial(today=dt.date(2026, 3, 2), by=brought.account.made_by)

    named = {"account_number": "TRIAL", "name": "Ida"}
    told = brought.post("/accounts/bulk", {"guarantors": [named], "patients": [{**named, "patient_number": "P-9"}]})
    numbers = {one["account_number"] for one in brought.get("/encounters").json()["items"]}

    assert told.json()["counts"] == {**COUNTS, "refused": 2}
    assert "set-up guide" in told.json()["results"]["guarantors"][0]["errors"][0]["detail"]
    assert brought.put("/guarantors/TRIAL", {"name": "Ida"}).status_code == 422
    assert (numbers, Guarantor.objects.get(pk=trial.pk).name) == ({"00123"}, "Trial account")


def test_more_than_a_thousand_items_are_too_many(system):
    assert system.post("/guarantors/bulk", {"items": [{}] * 1001}).status_code == 422
    assert (
        system.post("/accounts/bulk", {"guarantors": [{}] * 600, "patients": [{}] * 600}).json()["code"] == "too_many"
    )
    assert system.post("/accounts/bulk", {"items": []}).status_code == 422
