"""A visit that the desk types while a file brings it: it is there once, and its copay is applied once."""

import functools

import pytest
from django.urls import reverse
from django.utils import timezone

from pops.core.accounts.models import Encounter, ServiceLine
from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import
from receipts.copays import CopayFor
from receipts.models import Receipt
from receipts.taking import take_payment
from receipts.tasks import apply_copays
from tests.concurrency import run_together
from tests.factories.accounts import PatientFactory
from tests.factories.desk import batch_of, tender, today
from tests.factories.practice import FacilityFactory, ProviderFactory
from tests.factories.staff import MANAGER, member

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 3


def test_it_is_there_once_and_its_copay_is_applied_once(practice, client_of, tmp_path):
    ruth, leo = member(MANAGER), PatientFactory(name="Leo Alvarez", number="P-1")
    provider, facility = ProviderFactory(name="Raman"), FacilityFactory(name="Main Clinic")
    batch_of(ruth)
    copay = take_payment(
        guarantor_id=leo.guarantor_id, tenders=[tender(4000)], channel=Receipt.Channel.OFFICE, parts=None,
        now=timezone.now(),
        today=today(), by=ruth, copay=CopayFor(leo.pk, today()),
    )  # fmt: skip
    typed = {
        "number": "70001", "patient": leo.pk, "provider": provider.pk, "facility": facility.pk,
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-line_number": 1, "lines-0-service_date": today(),
        "lines-0-description": "Office visit", "lines-0-billed_cents": "120.00",
    }  # fmt: skip
    files = {
        "encounters": "encounter_number,patient_number,provider,facility\n70001,P-1,Raman,Main Clinic\n",
        "service_lines": f"encounter_number,line_number,service_date,description,billed\n70001,1,{today()},Visit,120\n",
    }

    def bring(kind: str, content: str) -> str:
        path, run = tmp_path / kind, AccountImport.objects.create(name=kind)
        path.write_text(content)
        run_import(run, path=path, wish=Wish(kind=kind), now=timezone.now(), tell=lambda step, line: None)
        return run.state

    def bring_all() -> list[str]:
        return [bring(kind, content) for kind, content in files.items()]

    clients = [client_of(ruth) for _ in range(AT_ONCE)]
    jobs = [functools.partial(one.post, reverse("admin:accounts_encounter_add"), typed) for one in clients]
    brought, *answers = run_together([bring_all, *jobs], width=AT_ONCE + 1)
    run_together([apply_copays, apply_copays], width=2)

    assert brought == ["done", "done"]
    assert {answer.status_code for answer in answers} <= {200, 302}, "302: it is saved; 200: the number is taken"
    assert (Encounter.objects.count(), ServiceLine.objects.count()) == (1, 1)
    assert Receipt.objects.get(pk=copay).postings.get().amount_cents == 4000
