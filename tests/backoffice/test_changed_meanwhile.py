"""A form of the back office that was opened before somebody else's change overwrites nothing newer."""

import functools
import json
import re

import pytest
from django.contrib.auth.models import Group as Role
from django.utils import timezone

from pops.core.accounts.models import Encounter
from tests.concurrency import run_together
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.appointments import AppointmentFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(practice, client_of):
    return client_of(member(MANAGER))


def address_of(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def shown_by(client, row):
    """What the page of a row would send if nothing was typed."""
    return sent_by(client.get(address_of(row)).context)


def sent_by(context):
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {}
    for form in forms:
        for field in form:
            value, html = field.value(), str(field)
            if isinstance(value, bool):
                fields |= {field.html_name: "on"} if value else {}
            elif html.count("<input") > 1:  # a day and a time
                fields |= dict(re.findall(r'name="([^"]+)" value="([^"]*)"', html))
            elif value is not None:
                fields[field.html_name] = value
    return {**fields, "why": "She called"}


def test_a_mark_made_meanwhile_stays(manager, client_of):
    leo = PatientFactory(name="Leo Alvarez")
    fields = shown_by(manager, leo)
    other = client_of(member(MANAGER))
    assert other.post(address_of(leo), {**shown_by(other, leo), "is_confidential": "on"}).status_code == 302

    assert manager.post(address_of(leo), {**fields, "name": "Leo Alvares"}).status_code == 302

    leo.refresh_from_db()
    assert (leo.name, leo.is_confidential) == ("Leo Alvares", True)


def test_typed_over_a_newer_value_it_is_refused_once_in_words(manager, client_of):
    leo = PatientFactory(name="Leo Alvarez")
    fields = {**shown_by(manager, leo), "name": "Leo Alvares"}
    alex = member(MANAGER)
    alex.name = "Alex Moreau"
    alex.save()
    other = client_of(alex)
    other.post(address_of(leo), {**shown_by(other, leo), "name": "Leonard", "is_confidential": "on"})

    answer = manager.post(address_of(leo), fields)

    words = "Name was changed meanwhile by Alex Moreau: it is Leonard now. Look at it again; nothing was saved."
    assert words in answer.content.decode()
    again = sent_by(answer.context)
    assert (again["name"], again["why"]) == ("Leo Alvares", "She called"), "nothing typed is lost"
    leo.refresh_from_db()
    assert leo.name == "Leonard"
    assert manager.post(address_of(leo), again).status_code == 302
    leo.refresh_from_db()
    assert (leo.name, leo.is_confidential) == ("Leo Alvares", True)


@pytest.mark.parametrize("make", [PatientFactory, EncounterFactory, AppointmentFactory, GuarantorFactory])
def test_each_page_says_what_it_showed(make, manager):
    row = make()
    if isinstance(row, Encounter):
        ServiceLineFactory(encounter=row)

    page = manager.get(address_of(row))

    assert json.loads(page.context["adminform"].form["as_shown"].value())
    assert page.content.decode().count('name="as_shown"') == 1
    assert manager.post(address_of(row), shown_by(manager, row)).status_code == 302
    assert row._meta.model.objects.filter(pk=row.pk).values().get() == vars_of(row)


def vars_of(row):
    fresh = type(row).objects.get(pk=row.pk)
    return {field.attname: getattr(fresh, field.attname) for field in row._meta.concrete_fields}


def test_a_number_confirmed_meanwhile_stays(practice, client_of):
    maria, desk = GuarantorFactory(phone="(555) 010-3000"), client_of(member(DESK))
    fields = shown_by(desk, maria)
    maria.phone, maria.preferred_name, maria.phone_confirmed_at = "(555) 010-4000", "Mia", timezone.now()
    maria.save()

    assert desk.post(address_of(maria), {**fields, "name": "Maria B. Alvarez"}).status_code == 302

    maria.refresh_from_db()
    assert (maria.name, maria.phone, maria.preferred_name) == ("Maria B. Alvarez", "(555) 010-4000", "Mia")
    assert maria.phone_confirmed_at


# What the page before said of its sender to the database ends with its transaction.
@pytest.mark.django_db(transaction=True)
def test_a_service_billed_otherwise_meanwhile_stays(manager):
    visit = EncounterFactory()
    line = ServiceLineFactory(encounter=visit, description="Visit", billed_cents=10_000)
    fields = shown_by(manager, visit)
    line.billed_cents = 20_000
    line.save()

    assert manager.post(address_of(visit), {**fields, "lines-0-description": "Long visit"}).status_code == 302
    line.refresh_from_db()
    assert (line.description, line.billed_cents) == ("Long visit", 20_000)

    answer = manager.post(address_of(visit), {**fields, "lines-0-billed_cents": "150.00"})
    assert "Billed was changed meanwhile by POPS: it is $200.00 now." in answer.content.decode()
    line.refresh_from_db()
    assert line.billed_cents == 20_000
    assert Encounter.objects.get().pk == visit.pk


def test_a_role_given_meanwhile_stays(practice, client_of):
    dana, alex = member(DESK), client_of(member(ADMIN))
    dana.groups.clear()
    fields = shown_by(alex, dana)
    dana.groups.add(Role.objects.get(name=DESK))

    assert alex.post(address_of(dana), {**fields, "name": "Dana Reed"}).status_code == 302

    dana.refresh_from_db()
    assert (dana.name, dana.groups.count()) == ("Dana Reed", 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_sent_at_once_one_is_told(practice, client_of):
    leo = PatientFactory(name="Leo Alvarez")
    clients = [client_of(member(MANAGER)) for _ in range(2)]
    forms = [{**shown_by(client, leo), "name": f"Leo {n}"} for n, client in enumerate(clients)]

    pairs = zip(clients, forms, strict=True)
    answers = run_together([functools.partial(one.post, address_of(leo), form) for one, form in pairs], width=2)

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert [b"was changed meanwhile by" in answer.content for answer in answers if answer.status_code == 200] == [True]
