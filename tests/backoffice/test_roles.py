"""Every page and action of the back office as each role, as a guarantor, and as nobody."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from batches.models import BatchDocument, BatchReopening, PeriodLock
from payments.models import Refund
from pops.core.accounts.merging import merge_guarantors
from pops.core.imports.models import AccountImport
from pops.logins.models import PhoneChange
from pops.web.backoffice.urls import urlpatterns
from receipts.models import Receipt
from tests.backoffice.who_opens import ADMIN_PAGES, EVERYONE, PAGES
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, UserFactory
from tests.factories.api import new_key, service_account
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.desk import batch_of, count_out, take, tender
from tests.factories.payments import PaymentFactory
from tests.factories.sessions import PortalSessionFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member
from tests.moments import NOON


@pytest.fixture
def addresses(practice, guarantor):
    """An address of each page, about real rows; nothing on them belongs to who asks."""
    owner = member(MANAGER)
    batch = batch_of(owner)
    receipt = take(owner, guarantor=guarantor)
    count = count_out(batch, owner)
    visit = ServiceLineFactory(guarantor=guarantor).encounter
    twice, thrice = GuarantorFactory(), GuarantorFactory()
    merge = merge_guarantors(merged_id=twice.pk, into_id=thrice.pk, reason="The same person", by=owner)
    phone = PhoneChange.objects.create(guarantor=guarantor, new_phone="555 010 4444", asked_by=owner, asked_at=NOON)
    key = new_key(service_account()).key
    arguments = {
        "account_id": key.account_id,
        "key_id": key.pk,
        "endpoint_id": 10**9,
        "delivery_id": 10**9,
        "user_id": owner.pk,
        "entry_kind": "phone",
        "about": phone.pk,
        "batch_id": batch.pk,
        "count_id": count.pk,
        "document_id": 10**9,
        "encounter_id": visit.pk,
        "guarantor_id": guarantor.pk,
        "kind": "guarantors",
        "link_id": guarantor.account_logins.get().pk,
        "import_id": AccountImport.objects.create(name="lines.csv", kind="service_lines").pk,
        "merge_id": merge.pk,
        "number": receipt.pk,
        "other_id": thrice.pk,
        "patient_id": visit.patient_id,
        "payment_id": PaymentFactory().pk,
        "request_id": AppointmentRequestFactory(guarantor=guarantor).pk,
        "change_id": phone.pk,
        "run_id": 10**9,
        "schedule_id": 10**9,
        "saved_id": 10**9,
        "source": "none",
        "statement_id": 10**9,
        "slug": "pops-payments",
        "session_id": PortalSessionFactory(guarantor=guarantor).pk,
        "refund_id": Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=1, reason="Overpaid").pk,
    }
    return {
        pattern.name: reverse(
            f"backoffice:{pattern.name}",
            kwargs={name: arguments[name] for name in pattern.pattern.converters},
        )
        for pattern in urlpatterns
    }


def test_every_page_has_its_roles():
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.mark.long
@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_opens_its_pages_and_no_others(role, addresses, client_of):
    client = client_of(member(role))
    for name, address in addresses.items():
        for answer in (client.get(address), client.post(address, {})):
            assert (answer.status_code == 403) == (role not in PAGES[name]), (name, answer.status_code)
            assert answer.status_code < 500
    for name, roles in ADMIN_PAGES.items():
        assert (client.get(reverse(name)).status_code == 200) == (role in roles), name


def test_guarantors_and_nobody_get_nowhere(addresses, client_of, guarantor):
    signed_in, nobody = client_of(guarantor), Client()
    unknown = ["/admin/nothing/", "/admin/desk/nothing/", "/admin/jsi18n/", "/admin/receipts/receipt/7/change/"]
    for address in [*addresses.values(), *map(reverse, ADMIN_PAGES), *unknown]:
        for method in ("get", "post"):
            assert getattr(signed_in, method)(address, follow=True).status_code == 403, address
            answer = getattr(nobody, method)(address)
            assert (answer.status_code, answer["Location"]) == (302, f"/staff/sign-in/?next={address}")


def test_staff_without_a_role_see_an_empty_front_page(addresses, client_of):
    client = client_of(UserFactory(is_staff=True))

    assert client.get("/admin/").status_code == 200
    assert {client.get(address).status_code for address in addresses.values()} == {403}


def test_what_a_refused_request_asked_for_does_not_happen(client_of, open_batch):
    desk = client_of(member(DESK))
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=member(MANAGER))
    receipt = open_batch.receipts.get()

    desk.post(reverse("backoffice:reopen", args=[open_batch.pk]), {"reason": "A check was forgotten."})
    desk.post(reverse("backoffice:archive", args=[open_batch.pk]))
    desk.post(
        reverse("backoffice:refund", args=[receipt.pk]), {"cents": "1", "reason": "Overpaid", "refund_id": uuid.uuid4()}
    )
    desk.post(reverse("backoffice:period"), {"locked_through": "2026-03-02", "confirmed": "on"})

    open_batch.refresh_from_db()
    assert open_batch.status == "closed"
    assert not BatchReopening.objects.exists()
    assert not PeriodLock.objects.exists()
    assert not Receipt.objects.filter(kind="refund").exists()
    assert not BatchDocument.objects.exists()


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_buttons_follow_the_role(role, client_of, practice, guarantor):
    owner = member(MANAGER)
    batch = batch_of(owner)
    receipt = take(owner, tender(5000, "check", check_number="1042"), guarantor=guarantor)
    client = client_of(member(role))

    page = client.get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()

    for name in ("print", "void", "refund", "return_money", "post_escrow", "disburse", "move"):
        address = reverse(f"backoffice:{name}", args=[receipt.pk])
        assert (address in page) == (role in PAGES[name]), name
    assert (
        reverse("backoffice:count", args=[batch.pk])
        in client.get(reverse("admin:batches_referencebatch_change", args=[batch.pk])).content.decode()
    )


def test_an_administrator_makes_nobody_a_superuser_and_changes_none(client_of, practice):
    alex, root = member(ADMIN), UserFactory(is_staff=True, is_superuser=True)
    client = client_of(alex)
    address = reverse("admin:access_user_change", args=[alex.pk])

    client.post(
        address,
        {
            "email": alex.email,
            "name": "Alex",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
            "why": "Joined the practice",
        },
    )
    refused = client.post(reverse("admin:auth_user_password_change", args=[root.pk]), {"password1": "x"})

    alex.refresh_from_db()
    assert (alex.name, alex.is_superuser) == ("Alex", False)
    assert refused.status_code == 403
