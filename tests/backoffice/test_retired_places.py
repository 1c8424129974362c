"""A facility or provider that is retired is offered for nothing new; what names it keeps it."""

import pytest
from django.urls import reverse

from tests.factories.accounts import EncounterFactory, PatientFactory
from tests.factories.desk import batch_of
from tests.factories.practice import FacilityFactory, ProviderFactory
from tests.factories.staff import ADMIN, MANAGER, member


@pytest.fixture
def gone(client_of, practice):
    """A facility and a provider that an administrator retired."""
    places = FacilityFactory(name="Old Mill Clinic"), ProviderFactory(name="Gus Gone, MD")
    alex = client_of(member(ADMIN))
    for place in places:
        page = reverse(f"admin:practice_{place._meta.model_name}_change", args=[place.pk])
        answer = alex.post(page, {"name": place.name, "is_retired": "on", "why": "It closed."})
        assert answer.status_code == 302
        place.refresh_from_db()
        assert place.is_retired
        assert "It closed." in alex.get(page.replace("change", "history")).content.decode()
    return places


def test_nothing_new_offers_it(gone, client_of):
    ruth = member(MANAGER)
    client = client_of(ruth)
    patient = PatientFactory()
    pages = [
        reverse("backoffice:my_batch"),
        f"{reverse('admin:accounts_encounter_add')}?patient={patient.pk}",
        f"{reverse('admin:accounts_appointment_add')}?patient={patient.pk}",
    ]

    for page in pages:
        shown = client.get(page).content.decode()
        assert "Old Mill Clinic" not in shown, page
        assert "Gus Gone" not in shown, page


def test_what_names_it_keeps_it(gone, client_of):
    facility, provider = gone
    ruth = member(MANAGER)
    client, visit = client_of(ruth), EncounterFactory(facility=facility, provider=provider)
    batch = batch_of(ruth)
    batch.facility = facility
    batch.save()

    shown = client.get(reverse("admin:accounts_encounter_change", args=[visit.pk])).content.decode()
    assert "Old Mill Clinic" in shown
    assert "Gus Gone, MD" in shown
    assert "Old Mill Clinic" in client.get(reverse("backoffice:change_batch", args=[batch.pk])).content.decode()
