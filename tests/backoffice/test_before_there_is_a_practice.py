"""With an empty database the back office opens on the guide, and nothing in it fails or shows the patients' pages."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from pops.web.backoffice.urls import urlpatterns
from tests.factories.accounts import UserFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]

IDS = {"other_id": 1, "guarantor_id": 1, "patient_id": 1, "encounter_id": 1, "batch_id": 1, "count_id": 1, "number": 1}
IDS |= {"merge_id": 1, "link_id": 1, "document_id": 1, "import_id": 1, "kind": "guarantors"}
IDS |= {name: "5fb5ba3c-9f6c-4a4b-8a52-0f5c8f1f0001" for name in ("refund_id", "payment_id")}


def addresses():
    """Every page of the desk, and every list and form of the admin."""
    for pattern in urlpatterns:
        yield reverse(
            f"backoffice:{pattern.name}", kwargs={name: IDS.get(name, 1) for name in pattern.pattern.converters}
        )
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            try:
                yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
            except NoReverseMatch:
                continue
    yield from ("/admin/", "/admin/practice/", "/admin/nothing/", "/admin/practice/practice/1/change/")


@pytest.fixture(params=["superuser", ADMIN, MANAGER, DESK])
def somebody(request, client_of):
    user = UserFactory(is_staff=True, is_superuser=True) if request.param == "superuser" else member(request.param)
    client = client_of(user)
    client.raise_request_exception = False
    return client


def is_staffs_own(answer):
    """A page in the back office's frame, a way on, or a file."""
    if answer.status_code in (302, 405) or answer.streaming:
        return True
    return answer.status_code < 500 and b"Back office" in answer.content


@pytest.mark.long
def test_no_page_fails_and_none_is_the_patients(somebody):
    odd = {}
    for address in addresses():
        answer = somebody.get(address)
        # Whoever may not look is asked for no form either: that is held by test_roles.
        for one in (answer,) if answer.status_code == 403 else (answer, somebody.post(address, {})):
            if not is_staffs_own(one):
                odd[address] = one.status_code

    assert odd == {}


def test_an_administrator_begins_with_the_guide(client_of):
    for user in (member(ADMIN), UserFactory(is_staff=True, is_superuser=True)):
        answer = client_of(user).get("/admin/")

        assert answer.url == reverse("backoffice:setup")
        assert client_of(user).get(reverse("backoffice:my_batch")).url == reverse("backoffice:setup")


def test_others_are_told_who_sets_it_up(client_of):
    dana = client_of(member(DESK))
    answer = dana.get(reverse("backoffice:my_batch"))

    assert answer.status_code == 409
    assert "The practice isn’t set up yet" in answer.content.decode()
    assert "An administrator opens it" in dana.get("/admin/").content.decode()


def test_nobody_signed_in_is_sent_to_the_staffs_door(client):
    assert client.get("/admin/").url.startswith("/staff/sign-in/")


def test_a_form_opened_from_the_guide_leads_back_to_it(client_of):
    alex = client_of(member(ADMIN))
    page = reverse("admin:practice_practice_add")
    hours = {"cut_off": "00:00", "notices_from": "09:00", "notices_until": "20:00"}
    fields = {
        "name": "Lakeside",
        "time_zone": "America/Chicago",
        "paper_size": "letter",
        "recount": "reason",
        "batch_open_days": "1",
        **hours,
    }

    answer = alex.post(f"{page}?guide=1", fields)

    assert answer.url == reverse("backoffice:setup")
    page = reverse("admin:practice_practice_change", args=[1])
    assert alex.post(f"{page}?guide=1", {**fields, "why": "Its phone number"}).url == reverse("backoffice:setup")
    assert alex.post(page, {**fields, "why": "Its phone number"}).url == reverse("admin:practice_practice_changelist")
    assert "The portal isn't open to patients yet" in alex.get("/admin/").content.decode()


def test_the_sample_files_of_an_import_are_there(client_of):
    alex = client_of(member(ADMIN))
    page = alex.get(reverse("backoffice:imports")).content.decode()

    for kind in ("guarantors", "patients", "statements", "encounters", "service_lines", "appointments"):
        address = reverse("backoffice:import_sample", args=[kind])
        assert address in page
        sample = alex.get(address)
        assert sample["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
        assert b"," in b"".join(sample.streaming_content)
    assert alex.get(reverse("backoffice:import_sample", args=["nothing"])).status_code == 404
