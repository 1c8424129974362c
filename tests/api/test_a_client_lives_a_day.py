"""A client that a generator made of docs/openapi.yaml alone lives a practice's day, beside a real worker."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from batches.models import ReferenceBatch
from pops.core.accounts.models import Guarantor
from receipts.models import Receipt
from tests.concurrency import wait_until
from tests.conventions.source import ROOT
from tests.factories.api import caller
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory

# The generator knows no PDF; as it has it, that is bytes. And it formats its files, which nobody here reads.
CONFIG = "content_type_overrides: {application/pdf: application/octet-stream}\npost_hooks: []\n"

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def client_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The client's package, made anew; without a warning of the generator's."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yml").write_text(CONFIG)
    command = [Path(sys.executable).parent / "openapi-python-client", "generate", "--fail-on-warning", "--meta", "none"]
    command += ["--path", ROOT / "docs/openapi.yaml", "--output-path", folder / "pops_client"]
    made = subprocess.run(
        [*command, "--config", folder / "config.yml"], capture_output=True, text=True, timeout=120, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield "pops_client"
    sys.path.remove(str(folder))


@pytest.fixture
def call(client_package: str, live_server: Any) -> Call:
    """An operation by its name, with its body as the client's own class; what it gives, typed."""
    client = import_module(client_package).AuthenticatedClient(base_url=live_server.url, token=caller().text)

    def call(tag: str, name: str, *parts: Any, body: tuple[str, dict[str, Any]] | None = None, **more: Any) -> Any:
        operation = import_module(f"{client_package}.api.{tag}.{name}")
        if body is not None:
            kind, facts = body
            more["body"] = getattr(import_module(f"{client_package}.models"), kind).from_dict(facts)
        if "idempotency_key: str" in Path(operation.__file__).read_text():
            more.setdefault("idempotency_key", str(uuid.uuid4()))
        answer = operation.sync_detailed(*parts, client=client, **more)
        assert answer.status_code < 300, answer.content
        return answer.parsed

    return call


@pytest.fixture
def practice_with_places(transactional_db: None) -> None:
    PracticeFactory()
    GroupFactory(name="Lakeside")
    FacilityFactory(name="Lakeside Main Clinic")
    ProviderFactory(name="Priya Raman, MD")


@pytest.mark.usefixtures("practice_with_places", "worker")
def test_a_day(call: Call) -> None:
    guarantor = {"name": "Jonas Brandt", "group": "Lakeside"}
    patient = {"account_number": "90002", "name": "Ida Brandt", "birth_date": "2017-05-02"}
    line = {"line_number": 1, "service_date": "2026-01-05", "description": "Office visit", "billed_cents": 7600}
    visit = {
        "patient_number": "P-9",
        "provider": "Priya Raman, MD",
        "facility": "Lakeside Main Clinic",
        "lines": [line],
    }
    check = {"method": "check", "amount_cents": 8000, "check_number": "2071"}
    call("guarantors", "put_guarantor", "90002", body=("GuarantorBodyRequest", guarantor))
    call("patients", "put_patient", "P-9", body=("PatientBodyRequest", patient))
    brought = call("encounters", "put_encounter", 990001, body=("EncounterBodyRequest", visit))
    assert brought.data.lines[0].remaining_cents == 7600

    batch = call("batches", "open_batch", body=("BatchOpenRequest", {"description": "Mail"}))
    payment = {"account_number": "90002", "channel": "mail", "tenders": [check]}
    taken = call("payments", "take_payment", body=("PaymentRequest", payment))
    assert (taken.applied_cents, taken.escrow_cents, taken.batch) == (7600, 400, batch.id)
    back = {"reason": "Paid too much", "amounts": [{"method": "check", "amount_cents": 400}]}
    call("receipts", "refund_receipt", taken.number, body=("RefundRequest", back))
    itemized = call("receipts", "get_itemized_receipt", taken.number)
    assert itemized.places[0].visits[0].lines[0].remaining_cents == 0
    wait_until(lambda: call("receipts", "get_receipt_pdf", taken.number) is not None)
    assert call("receipts", "get_receipt_pdf", taken.number).payload.read(5) == b"%PDF-"

    counted = {"cash_cents": 0, "check_cents": 8000, "card_cents": 0, "other_cents": 0}
    closed = call("batches", "close_batch", batch.id, body=("CloseRequest", {"counted": counted}))
    assert (closed.status, closed.over_short_cents) == ("closed", 0)
    told = call("changes", "list_changes")
    assert [one.type_ for one in told.items] == ["batch.opened", "receipt.created", "receipt.refunded", "batch.closed"]
    listed = call("receipts", "list_receipts", account_number="90002")
    assert sorted(one.amount_cents for one in listed.items) == [-400, 8000]

    assert Guarantor.objects.get().name == "Jonas Brandt"
    assert Receipt.objects.filter(issued_by__service_account__isnull=False).count() == 2
    assert ReferenceBatch.objects.get().status == ReferenceBatch.Status.CLOSED
