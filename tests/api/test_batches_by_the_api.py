"""Reference Batches by the API: read, attached, described, counted, closed and reopened, as at the desk."""

import datetime as dt

import pytest

from batches.models import BatchAttachment, BatchCount, ReferenceBatch
from tests.factories.api import caller
from tests.factories.desk import batch_of, close, count_out, keep_files, take, tender, today
from tests.factories.practice import FacilityFactory
from tests.factories.staff import DESK, MANAGER

pytestmark = pytest.mark.django_db
NOTHING = {"cash_cents": 0, "check_cents": 0, "card_cents": 0, "other_cents": 0}


@pytest.fixture
def api(practice):
    return caller("batches:read", "batches:write", role=MANAGER)


@pytest.fixture
def batch(api):
    """One of the account's with $50.00 in cash and a check of $7.00."""
    batch = batch_of(api.account.user, "Mail")
    take(api.account.user)
    take(api.account.user, tender(700, "check", check_number="7"))
    return batch


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_batches_are_listed_with_their_totals_and_found(api, batch, pay):
    online = pay().batch
    yesterday = today() - dt.timedelta(days=1)
    asked = {
        "": [batch.pk, online.pk],
        "is_online=true": [online.pk],
        "status=closed": [],
        f"batch_date_to={yesterday}": [online.pk],
        f"batch_date_from={today()}": [batch.pk],
    }

    found = {query: api.get(f"/batches?{query}").json()["items"] for query in asked}

    assert {query: [one["id"] for one in items] for query, items in found.items()} == asked
    first = found[""][0]
    assert (first["total_cents"], first["receipt_count"], first["user"]) == (5700, 2, str(api.account.user))


def test_one_is_opened_and_worked_in_and_another_attached(api, batch):
    facility = FacilityFactory()
    body = {
        "description": "Mail of Monday",
        "facility": facility.name.upper(),
        "reference_total_cents": 900,
        "float_cents": 100,
    }

    made = api.post("/batches", body)
    told = made.json()

    assert (made.status_code, told["facility"], told["reference_total_cents"]) == (201, facility.name, 900)
    assert BatchAttachment.objects.get(user=api.account.user).batch_id == told["id"]
    assert api.post(f"/batches/{batch.pk}/attach").json()["id"] == batch.pk
    assert BatchAttachment.objects.get(user=api.account.user).batch == batch
    assert code(api.post("/batches", {**body, "description": "MAIL"})) == (409, "description_taken")
    assert code(api.post("/batches", {**body, "description": "More", "facility": "Nowhere"})) == (422, "invalid")


def test_one_of_an_earlier_day_is_attached_by_right_and_with_a_reason(api, dana, practice):
    late = ReferenceBatch.objects.create(description="Mail", user=dana, batch_date=today() - dt.timedelta(days=1))
    clerk = caller("batches:write", role=DESK, name="Clerk's")

    assert code(api.post(f"/batches/{late.pk}/attach")) == (409, "batch_not_attachable")
    assert code(clerk.post(f"/batches/{late.pk}/attach", {"reason": "A check was found"})) == (403, "right_missing")
    assert api.post(f"/batches/{late.pk}/attach", {"reason": "A check was found"}).status_code == 200
    assert BatchAttachment.objects.get(user=api.account.user).is_late


def test_who_describes_it_anew_has_seen_it_as_it_is(api, batch, dana):
    address = f"/batches/{batch.pk}"
    seen = api.get(address).headers["ETag"]
    take(api.account.user, tender(100))  # money is no change of what people say

    unseen = api.patch(address, {"note": "Two came late"})
    first = api.patch(address, {"note": "Two came late"}, If_Match=seen)
    second = api.patch(address, {"note": "Three came late"}, If_Match=seen)

    assert code(unseen) == (428, "match_missing")
    assert (first.json()["note"], first.json()["description"]) == ("Two came late", "Mail")
    assert code(second) == (412, "changed")
    assert api.patch(address, {"description": "Post"}, If_Match=first.headers["ETag"]).json()["note"] == "Two came late"
    assert code(api.patch(address, {"total_cents": 1}, If_Match="*")) == (422, "invalid")


def test_who_has_a_batch_already_is_told_when_money_came(api, batch):
    seen = api.get(f"/batches/{batch.pk}").headers["ETag"]
    same = api.get(f"/batches/{batch.pk}", If_None_Match=seen)
    take(api.account.user, tender(100))

    assert same.status_code == 304
    assert api.get(f"/batches/{batch.pk}", If_None_Match=seen).json()["receipt_count"] == 3


def test_a_breakdown_says_what_is_in_it_and_where_it_went(api, batch):
    told = api.get(f"/batches/{batch.pk}/breakdown").json()

    rows = [(one["method"], one["count"], one["amount_cents"]) for one in told["received"]]
    assert rows == [("cash", 1, 5000), ("check", 1, 700)]
    assert [told[f"{name}_cents"] for name in ("received", "refunded", "total", "posted", "escrow")] == [
        5700,
        0,
        5700,
        0,
        5700,
    ]
    assert told["expected"] == {**NOTHING, "cash_cents": 5000, "check_cents": 700}


def test_it_is_counted_then_closed_over_its_count(api, batch):
    counted = {
        **NOTHING,
        "pieces": [{"worth_cents": 2000, "number": 2}, {"worth_cents": 500, "number": 2}],
        "check_cents": 690,
    }
    counted.pop("cash_cents")

    count = api.post(f"/batches/{batch.pk}/counts", counted).json()
    unexplained = api.post(f"/batches/{batch.pk}/close", {"count": count["id"]})
    closed = api.post(f"/batches/{batch.pk}/close", {"count": count["id"], "note": "A check is 10 cents short"})

    assert count["over_short"] == {**NOTHING, "check_cents": -10}
    assert code(unexplained) == (409, "difference_unexplained")
    assert (closed.json()["status"], closed.json()["over_short_cents"]) == ("closed", -10)
    (made,) = api.get(f"/batches/{batch.pk}/breakdown").json()["closes"]
    assert (made["note"], made["over_short"]) == ("A check is 10 cents short", {**NOTHING, "check_cents": -10})


def test_a_count_is_kept_when_the_close_that_came_with_it_is_refused(api, batch):
    """Else what is expected could be found by trying."""
    address, body = f"/batches/{batch.pk}/close", {"counted": {**NOTHING, "cash_cents": 4000, "check_cents": 700}}

    refused = api.post(address, body, Idempotency_Key="one close")
    again = api.post(address, body, Idempotency_Key="one close")
    another = api.post(address, body)

    kept = BatchCount.objects.get()
    assert code(refused) == code(again) == (409, "difference_unexplained")
    assert [error["count"] for error in refused.json()["errors"]] == [str(kept.pk)]
    assert code(another) == (409, "recount_unexplained")
    assert api.post(address, {"count": kept.pk, "note": "Short"}).json()["over_short_cents"] == -1000
    assert [one["id"] for one in api.get(f"/batches/{batch.pk}/counts").json()["items"]] == [kept.pk]


def test_who_closes_says_what_they_saw(api, batch):
    seen = api.get(f"/batches/{batch.pk}/breakdown").json()["seen"]
    take(api.account.user, tender(100))
    count = count_out(batch, api.account.user, cash=5100, check=700)

    changed = api.post(f"/batches/{batch.pk}/close", {"count": count.pk, "expected_seen": seen})
    seen = api.get(f"/batches/{batch.pk}/breakdown").json()["seen"]

    assert code(changed) == (409, "totals_changed")
    assert api.post(f"/batches/{batch.pk}/close", {"count": count.pk, "expected_seen": seen}).status_code == 200
    assert code(api.post(f"/batches/{batch.pk}/close", {"count": count.pk})) == (409, "batch_closed")


def test_online_payments_are_closed_without_a_count(api, open_batch):
    assert api.post(f"/batches/{open_batch.pk}/close").json()["status"] == "closed"


def test_a_closed_batch_is_reopened_by_right_and_with_a_reason(api, batch, practice):
    close(batch, api.account.user, cash=5000, check=700)
    clerk = caller("batches:write", role=DESK, name="Clerk's")
    address = f"/batches/{batch.pk}/reopen"

    assert code(clerk.post(address, {"reason": "A check was forgotten"})) == (403, "right_missing")
    assert code(api.post(address, {})) == (422, "invalid")
    assert code(api.post(address, {"reason": "A check was forgotten"})) == (409, "files_missing")
    keep_files(batch)
    assert api.post(address, {"reason": "A check was forgotten"}).json()["status"] == "open"
    assert batch.reopenings.get().reopened_by == api.account.user


def test_who_may_only_count_closes_nothing(practice):
    clerk = caller(role=DESK, name="Clerk's")
    batch = batch_of(clerk.account.user, "Mail")
    role = clerk.account.user.groups.get()
    role.permissions.remove(role.permissions.get(codename="close_batch"))

    assert clerk.post(f"/batches/{batch.pk}/counts", NOTHING).status_code == 201
    assert code(clerk.post(f"/batches/{batch.pk}/close", {"counted": NOTHING})) == (403, "right_missing")
