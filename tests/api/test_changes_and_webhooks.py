"""The practice's system follows the change feed by its cursor, and manages whom webhooks go to."""

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.changes import sequencing
from pops.changes.feed import note_restore
from pops.changes.models import Change
from pops.core.sequences import get_sequence, move_on
from pops.subscribers.models import Endpoint
from pops.web.api.models import SentCall
from pops.web.api.v1.batches_shapes import BatchShape
from pops.web.api.v1.events import BatchClosedShape, BatchOpenedShape, ReceiptIssuedShape, ReceiptVoidedShape
from pops.web.api.v1.receipts_shapes import ReceiptShape
from pops.web.backoffice.roles import ROLES
from tests.factories.api import caller
from tests.factories.staff import ADMIN, DESK, MANAGER

pytestmark = pytest.mark.django_db
HOOKS = "/webhook-endpoints"


@pytest.fixture
def api(practice):
    return caller("changes:read", "webhooks:manage")


@pytest.fixture
def wanted(receiver):
    return {"name": "Ledger", "url": receiver.url, "events": ["receipt.created"]}


def test_what_events_hold_is_called_as_what_is_read():
    receipts, batches = set(ReceiptShape().fields), set(BatchShape().fields)

    for event in (ReceiptIssuedShape, ReceiptVoidedShape):
        assert set(event().fields) - {"receipt"} <= receipts
    for event in (BatchOpenedShape, BatchClosedShape):
        assert set(event().fields) - {"batch"} <= batches


def test_the_feed_is_read_on_from_where_it_ended(api, pay):
    receipts = [pay().pk, pay().pk]

    first = api.get("/changes?limit=2")
    second = api.get(f"/changes?after={first.json()['cursor']}")
    receipts.append(pay().pk)
    third = api.get(f"/changes?after={second.json()['cursor']}")

    assert first.json()["has_more"] is True
    assert first.headers["Link"].endswith(f'/api/v1/changes?after={first.json()["cursor"]}&limit=2>; rel="next"')
    told = [*first.json()["items"], *second.json()["items"], *third.json()["items"]]
    assert [one["type"] for one in told] == ["batch.opened", *["receipt.created"] * 3]
    assert [one["data"]["receipt"] for one in told[1:]] == receipts
    assert told[1]["data"]["amount_cents"] == 5000
    assert api.get(f"/changes?after={third.json()['cursor']}").json() == {
        "items": [], "cursor": third.json()["cursor"], "has_more": False,
    }  # fmt: skip


def test_a_cursor_that_leads_nowhere_is_told(api, pay):
    pay()
    cursor = api.get("/changes").json()["cursor"]
    answer = api.get("/changes?after=0-99999999")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "cursor_unknown")

    note_restore()  # of a backup that is older than the next change
    move_on(get_sequence(Change), to=get_sequence(Change).last + 100)
    lost = f"0-{int(cursor.partition('-')[2]) + 1}"

    answer = api.get(f"/changes?after={lost}")
    assert (answer.status_code, answer.json()["code"]) == (410, "feed_restored")
    restart = answer.headers["Link"].partition("/api/v1")[2].partition(">")[0]
    pay()
    assert [one["type"] for one in api.get(restart).json()["items"]] == ["receipt.created"]
    assert api.get(f"/changes?after={cursor}").status_code == 200


def test_an_endpoint_from_its_beginning_to_its_end(api, wanted, receiver, pay):
    made = api.post(HOOKS, wanted)
    assert made.status_code == 201
    one = made.headers["Location"]
    assert "secret" not in api.get(one).json()

    test = api.post(f"{one}/test")
    deliver_due(lane=Message.Lane.HOOKS, channel=Message.Channel.HTTP, seconds=5)
    Webhook(made.json()["secret"]).verify(receiver.got[0].body, receiver.got[0].headers)
    (delivery,) = api.get(f"{one}/deliveries").json()["items"]
    assert (delivery["id"], delivery["event"], delivery["answers"][0]["status"]) == (test.json()["id"], "test", 200)
    assert api.get(test["Location"]).json() == delivery
    assert [len(api.get(f"{one}/deliveries?state={state}").json()["items"]) for state in ("sent", "failed")] == [1, 0]
    again = api.post(f"{one}/deliveries/{delivery['id']}/again")
    assert (again.status_code, again.json()["code"]) == (409, "was_a_test")

    assert api.post(f"{one}/secret").json()["secret"].startswith("whsec_")
    tag = api.get(one).headers["ETag"]
    changed = api.put(one, {**wanted, "name": "Books", "is_on": False}, If_Match=tag)
    assert (changed.json()["name"], changed.json()["why_off"]) == ("Books", "Switched off by the API.")
    assert api.put(one, wanted, If_Match=tag).status_code == 412
    assert api.post(f"{one}/test").json()["code"] == "endpoint_off"

    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert api.get(HOOKS).json()["items"] == []
    kept = Endpoint.objects.get()
    assert kept.made_by == api.account.user
    assert kept.ended_at <= timezone.now()


def test_a_call_that_is_sent_twice_is_done_once_and_keeps_no_secret(api, wanted):
    first, copy = (api.post(HOOKS, wanted, Idempotency_Key="one") for _ in range(2))
    one = first.headers["Location"]
    rotated, rotated_copy = (api.post(f"{one}/secret", Idempotency_Key="two") for _ in range(2))
    secrets = [first.json()["secret"], rotated.json()["secret"]]

    assert (first.json(), rotated.json()) == (copy.json(), rotated_copy.json())
    assert copy["Idempotency-Replayed"] == rotated_copy["Idempotency-Replayed"] == "true"
    assert list(Endpoint.objects.get().secrets.order_by("pk").values_list("secret", flat=True)) == secrets
    assert [bytes(body) for body in SentCall.objects.values_list("body", flat=True)] == [b"", b""]

    SentCall.objects.all().delete()  # three days later the key is a new one
    assert api.post(f"{one}/secret", Idempotency_Key="two").json()["secret"] not in secrets


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"url": "https://10.0.0.5/"}, 409, "url_inside"),
        ({"url": "nonsense"}, 409, "url_wrong"),
        ({"events": []}, 422, "invalid"),
        ({"events": ["patient.sneezed"]}, 422, "invalid"),
        ({"secret": "whsec_mine"}, 422, "invalid"),
    ],
)
def test_what_is_refused_makes_none(api, wanted, wrong, status, code):
    answer = api.post(HOOKS, {**wanted, **wrong})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Endpoint.objects.exists()


def test_a_role_that_may_not_manage_them_reads_none(practice):
    assert "subscribers.manage_endpoint" in ROLES[ADMIN]
    api = caller("webhooks:manage", "changes:read", role=MANAGER)

    assert api.get(HOOKS).json()["code"] == "right_missing"
    assert api.get("/changes").status_code == 200


def test_who_counts_blind_reads_no_amounts_in_the_feed(practice):
    assert "batches.see_uncounted" in caller("changes:read", role=DESK).get("/changes").json()["detail"]


def test_nobody_waits_for_a_practices_past(api, pay, monkeypatch):
    monkeypatch.setattr(sequencing, "FAR", 2)
    pay()
    pay()

    assert api.get("/changes").json()["items"] == []
    sequencing.sequence_changes()  # the worker
    assert len(api.get("/changes").json()["items"]) == 3
