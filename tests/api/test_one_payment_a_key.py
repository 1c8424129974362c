"""A payment that is sent sixteen times at once under one Idempotency-Key is one payment, over real connections."""

import http.client
import json
from collections import Counter
from urllib.parse import urlsplit

import pytest

from receipts.models import Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.api import caller
from tests.factories.practice import PracticeFactory
from tests.factories.staff import DESK

pytestmark = pytest.mark.django_db(transaction=True)
COPIES = 16


@pytest.fixture
def post(live_server):
    """Post a body under a key to the running server: the status, what was told, and whether it was told again."""
    PracticeFactory()
    api, address = caller("payments:write", role=DESK), urlsplit(live_server.url)

    def post(key: str, body: dict) -> tuple[int, str, bool]:
        link = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        headers = {"Authorization": f"Bearer {api.text}", "Idempotency-Key": key, "Content-Type": "application/json"}
        link.request("POST", "/api/v1/payments", json.dumps(body), headers)
        answer = link.getresponse()
        told = answer.read().decode()
        link.close()
        return answer.status, told, answer.headers["Idempotency-Replayed"] == "true"

    return post


def payment(account_number: str) -> dict:
    return {"account_number": account_number, "channel": "mail", "tenders": [{"method": "cash", "amount_cents": 5000}]}


def test_sixteen_copies_at_once_make_one_receipt(post):
    """Each copy would be refused as taken just now, were it not known as one; the first opens the batch too."""
    line = ServiceLineFactory(billed_cents=3000)
    body = payment(line.encounter.patient.guarantor.account_number)

    answers = run_together([lambda: post("the same", body)] * COPIES, width=COPIES)

    (receipt,) = Receipt.objects.all()
    assert {(status, told) for status, told, _ in answers} == {(201, answers[0][1])}
    assert json.loads(answers[0][1])["number"] == receipt.pk
    assert Counter(again for _, _, again in answers) == {False: 1, True: COPIES - 1}


def test_sixteen_others_under_one_key_leave_one_receipt_and_are_told_so(post):
    bodies = [payment(GuarantorFactory().account_number) for _ in range(COPIES)]

    answers = run_together([lambda body=body: post("the same", body) for body in bodies], width=COPIES)

    assert Receipt.objects.count() == 1
    assert Counter(status for status, _, _ in answers) == {201: 1, 422: COPIES - 1}
    assert {json.loads(told)["code"] for status, told, _ in answers if status == 422} == {"key_reused"}


def test_sixteen_first_payments_at_once_open_one_batch(post):
    bodies = [payment(GuarantorFactory().account_number) for _ in range(COPIES)]

    answers = run_together(
        [lambda n=n, body=body: post(f"key {n}", body) for n, body in enumerate(bodies)], width=COPIES
    )

    assert {status for status, _, _ in answers} == {201}
    assert len({json.loads(told)["batch"] for _, told, _ in answers}) == 1
    assert Receipt.objects.count() == COPIES
