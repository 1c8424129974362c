"""Idempotency keys, lost answers and restarts: what a payment must survive."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox

PARAMS: dict = {"amount": 5000, "currency": "usd"}
PAY: dict = {**PARAMS, "confirm": "true", "payment_method": "pm_card_visa"}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[StripeSandbox]:
    with StripeSandbox(data_dir=tmp_path) as sandbox:
        yield sandbox


def client_of(sandbox: StripeSandbox, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=retries)


def post(sandbox: StripeSandbox, path: str, params: dict, key: str) -> tuple[int, dict, dict[str, str]]:
    """A request with nothing of the `stripe` package in between: status, body, headers."""
    connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
    headers = {"Authorization": f"Bearer {sandbox.secret_key}", "Idempotency-Key": key}
    connection.request("POST", path, urlencode(params), headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body, dict(answer.headers)


def test_the_same_request_gets_the_same_answer(sandbox: StripeSandbox):
    _, first, headers = post(sandbox, "/v1/payment_intents", PARAMS, "a1")
    _, again, replayed = post(sandbox, "/v1/payment_intents", PARAMS, "a1")

    assert first == again
    assert headers["Original-Request"] == headers["Request-Id"] == replayed["Original-Request"]
    assert "Idempotent-Replayed" not in headers
    assert replayed["Idempotent-Replayed"] == "true"
    assert len(client_of(sandbox).v1.payment_intents.list().data) == 1


def test_other_parameters_or_another_endpoint_are_refused(sandbox: StripeSandbox):
    client = client_of(sandbox)
    client.v1.payment_intents.create(PARAMS, {"idempotency_key": "a1"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.payment_intents.create({**PARAMS, "amount": 1}, {"idempotency_key": "a1"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.customers.create({}, {"idempotency_key": "a1"})


def test_declines_are_kept_and_bad_parameters_are_not(sandbox: StripeSandbox):
    declining = {**PAY, "payment_method": "pm_card_chargeDeclined"}
    first, again = (post(sandbox, "/v1/payment_intents", declining, "a1") for _ in range(2))
    assert (first[0], first[1]) == (again[0], again[1])
    assert again[2]["Idempotent-Replayed"] == "true"
    assert len(sandbox.events) == 3

    assert post(sandbox, "/v1/payment_intents", {"currency": "usd"}, "a2")[0] == 400
    assert post(sandbox, "/v1/payment_intents", PARAMS, "a2")[0] == 200


def test_keys_expire_after_a_day(sandbox: StripeSandbox):
    start = sandbox.now()
    first = post(sandbox, "/v1/payment_intents", PARAMS, "a1")[1]["id"]
    sandbox.now = lambda: start + 23 * 3600
    assert post(sandbox, "/v1/payment_intents", PARAMS, "a1")[1]["id"] == first
    sandbox.now = lambda: start + 25 * 3600
    assert post(sandbox, "/v1/payment_intents", PARAMS, "a1")[1]["id"] != first


def test_sixteen_at_once_make_one_payment(sandbox: StripeSandbox):
    sandbox.set_latency(0.05)
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: post(sandbox, "/v1/payment_intents", PAY, "a1"), range(16)))

    done = {body["id"] for status, body, _ in answers if status == 200}
    busy = {body["error"]["code"] for status, body, _ in answers if status != 200}
    assert len(done) == 1
    assert busy <= {"idempotency_key_in_use"}
    assert len(client_of(sandbox).v1.charges.list().data) == 1


def test_sixteen_with_the_packages_retries_all_get_the_payment(sandbox: StripeSandbox):
    sandbox.set_latency(0.05)
    client = client_of(sandbox, retries=4)
    with ThreadPoolExecutor(16) as threads:
        made = list(
            threads.map(lambda _: client.v1.payment_intents.create(PAY, {"idempotency_key": "a1"}).id, range(16))
        )

    assert len(set(made)) == 1


def test_sixteen_different_payments_at_once(sandbox: StripeSandbox):
    client = client_of(sandbox)
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: client.v1.payment_intents.create(PAY).status, range(160)))

    assert made == ["succeeded"] * 160
    assert len(client.v1.charges.list({"limit": 100}).data) == 100


@pytest.mark.parametrize("status", [0, 500])
def test_a_lost_answer_is_found_again_by_its_key(sandbox: StripeSandbox, status: int):
    sandbox.fail_next(status, executed=True)
    client = client_of(sandbox, retries=1)

    intent = client.v1.payment_intents.create(PAY, {"idempotency_key": "a1"})

    assert [one.id for one in client.v1.payment_intents.list()] == [intent.id]


@pytest.mark.parametrize(
    ("status", "error"), [(429, stripe.RateLimitError), (500, stripe.APIError), (0, stripe.APIConnectionError)]
)
def test_failures_on_request(sandbox: StripeSandbox, status: int, error: type[Exception]):
    sandbox.fail_next(status, path="/v1/refunds")
    client = client_of(sandbox)
    intent = client.v1.payment_intents.create(PAY)

    with pytest.raises(error):
        client.v1.refunds.create({"payment_intent": intent.id})
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 5000


def test_everything_is_there_after_a_restart(sandbox: StripeSandbox, tmp_path: Path):
    client = client_of(sandbox)
    intent = client.v1.payment_intents.create(PAY, {"idempotency_key": "a1"})
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    sandbox.stop()
    journal = tmp_path / "journal.jsonl"
    journal.write_text(journal.read_text() + '[{"id": "torn by a cra')

    with StripeSandbox(data_dir=tmp_path) as again:
        client = client_of(again)
        assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 100
        assert client.v1.payment_intents.create(PAY, {"idempotency_key": "a1"}).id == intent.id
        assert [event["id"] for event in again.events] == [event["id"] for event in sandbox.events]


def test_as_a_program(tmp_path: Path):
    command = [sys.executable, "-m", "pops.local.stripe_sandbox", "--port", "0", "--data-dir", str(tmp_path)]
    command += ["--secret-key", "sk_test_mine"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url = program.stdout.readline().rpartition(" ")[2].strip()
        client = stripe.StripeClient("sk_test_mine", base_addresses={"api": url})
        assert client.v1.payment_intents.create(PAY).status == "succeeded"
        program.terminate()
        assert program.wait(60) == 0


def test_stop_and_start_keeps_the_address(sandbox: StripeSandbox):
    client = client_of(sandbox)
    client.v1.payment_intents.create(PARAMS)
    sandbox.stop()
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.list()

    sandbox.start()

    assert len(client.v1.payment_intents.list().data) == 1
