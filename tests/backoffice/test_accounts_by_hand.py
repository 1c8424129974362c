"""A practice's accounts are entered, corrected and retired by hand, each change with who and why."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory, StatementFactory, login_of
from tests.factories.desk import batch_of, take, tender
from tests.factories.practice import FacilityFactory, GroupFactory, ProviderFactory
from tests.factories.staff import DESK, MANAGER, member

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def ruth():
    return member(MANAGER, name="Ruth Okafor")


@pytest.fixture
def client(ruth, client_of):
    return client_of(ruth)


def rows(prefix: str, *forms: dict[str, object], there: int = 0) -> dict[str, object]:
    """An inline formset as a browser sends it; `there` of its rows are kept ones."""
    data: dict[str, object] = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": there}
    for n, form in enumerate(forms):
        data |= {f"{prefix}-{n}-{name}": value for name, value in form.items()}
    return data


def walk_in(**more: object) -> dict[str, object]:
    group = Guarantor.objects.values_list("group", flat=True).first() or GroupFactory().pk
    return {"name": "Ana Silva", "group": group, **rows("patients", {"name": "Ana Silva"}), **more}


def test_the_desk_enters_a_walk_in_who_gets_an_account_number_and_a_login(client_of):
    client = client_of(member(DESK))

    answer = client.post(reverse("admin:accounts_guarantor_add"), walk_in(email="ana@example.com"))

    assert answer.status_code == 302
    made = Guarantor.objects.get(name="Ana Silva")
    assert re.fullmatch(r"W1\d{5}", made.account_number)  # counted on from test to test
    assert login_of(made).email == "ana@example.com"
    assert made.patients.get().name == "Ana Silva"


def test_a_guarantor_answers_for_somebody(client):
    answer = client.post(reverse("admin:accounts_guarantor_add"), walk_in(**rows("patients", {"name": ""})))

    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()
    assert not Guarantor.objects.exists()


def test_an_account_number_is_given_once(client):
    taken = GuarantorFactory(account_number="4711")

    answer = client.post(reverse("admin:accounts_guarantor_add"), walk_in(account_number=taken.account_number))

    assert "Guarantor with this Account number already exists." in answer.content.decode()
    assert Guarantor.objects.count() == 1


def test_a_new_phone_number_is_kept_with_who_and_why(client):
    guarantor = GuarantorFactory(phone="555 010 1000")
    address = reverse("admin:accounts_guarantor_change", args=[guarantor.pk])
    data = {"name": guarantor.name, "group": guarantor.group_id, "phone": "555 010 2000", **rows("patients")}

    assert "Say why." in client.post(address, data).content.decode()
    assert client.post(address, {**data, "why": "She called"}).status_code == 302

    guarantor.refresh_from_db()
    assert guarantor.phone == "555 010 2000"
    page = client.get(reverse("admin:accounts_guarantor_history", args=[guarantor.pk])).content.decode()
    for words in ("Ruth Okafor", "She called", "555 010 1000", "555 010 2000"):
        assert words in page


def visit_of(patient: Patient, *lines: dict[str, object], there: int = 0, **more: object) -> dict[str, object]:
    facility, provider = FacilityFactory().pk, ProviderFactory().pk
    facts = {"number": 5001, "patient": patient.pk, "facility": facility, "provider": provider}
    return {**facts, **rows("lines", *lines, there=there), **more}


def line(**more: object) -> dict[str, object]:
    facts = {"line_number": 1, "service_date": "2026-02-03", "description": "Office visit", "billed_cents": "120.00"}
    return {**facts, "adjusted_cents": "", "insurance_pending_cents": "", "insurance_paid_cents": "", **more}


def test_a_visit_is_entered_and_owed(client):
    patient = PatientFactory()

    answer = client.post(
        reverse("admin:accounts_encounter_add"),
        visit_of(patient, line(adjusted_cents="20", insurance_paid_cents="60.50")),
    )

    assert answer.status_code == 302
    assert ServiceLine.objects.get().patient_share_cents == 3950
    assert get_balances(patient.guarantor).current_cents == 3950


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"billed_cents": "-5"}, "Enter an amount in dollars and cents, for example 25.00."),
        ({"billed_cents": "1e3"}, "Enter an amount in dollars and cents, for example 25.00."),
        ({"billed_cents": ""}, "Enter an amount."),
        ({"adjusted_cents": "120.01"}, "More is adjusted, pending and paid by insurance than was billed."),
        ({"service_date": "2026-02-31"}, "Enter a valid date."),
    ],
)
def test_a_wrong_service_is_said_beside_it(client, wrong, words):
    answer = client.post(reverse("admin:accounts_encounter_add"), visit_of(PatientFactory(), line(**wrong)))

    assert words in answer.content.decode()
    assert not Encounter.objects.exists()


def test_a_corrected_service_is_kept_with_what_it_was(client, ruth):
    service = ServiceLineFactory(billed_cents=12000)
    visit = service.encounter
    address = reverse("admin:accounts_encounter_change", args=[visit.pk])
    facts = {
        "number": visit.number,
        "patient": visit.patient_id,
        "facility": visit.facility_id,
        "provider": visit.provider_id,
        "why": "Insurance paid more",
    }
    page = client.get(address).content.decode()
    assert 'value="120.00"' in page

    corrected = line(id=service.pk, encounter=visit.pk, insurance_paid_cents="90.00")
    assert client.post(address, {**facts, **rows("lines", corrected, there=1)}).status_code == 302

    service.refresh_from_db()
    assert service.patient_share_cents == 3000
    event = service.events.order_by("pgh_id").last()
    assert (event.insurance_paid_cents, event.pgh_context.metadata["reason"]) == (9000, "Insurance paid more")
    assert event.pgh_context.metadata["user"] == ruth.pk
    page = client.get(reverse("admin:accounts_encounter_history", args=[visit.pk])).content.decode()
    for words in ("Insurance paid more", "$90.00", "Ruth Okafor"):
        assert words in page, words


def test_a_statement_makes_what_is_on_it_due(client):
    guarantor = GuarantorFactory()
    old = ServiceLineFactory(guarantor=guarantor, billed_cents=3000, statement=StatementFactory(guarantor=guarantor))
    new, newer = ServiceLineFactory.create_batch(2, guarantor=guarantor, billed_cents=5000)
    address = reverse("backoffice:enter_statement", args=[guarantor.pk])
    assert [line.pk for line in client.get(address).context["form"].fields["lines"].queryset] == [new.pk, newer.pk]

    answer = client.post(address, {"statement_date": "2026-03-01", "lines": [new.pk]})

    assert answer.status_code == 302
    made = Statement.objects.latest("pk")
    assert (made.statement_date, made.balance_cents) == (dt.date(2026, 3, 1), 8000)
    assert get_balances(guarantor).amount_due_cents == 8000
    assert old.statement_id != made.pk


def test_a_service_of_somebody_else_gets_on_no_statement(client):
    guarantor = ServiceLineFactory().encounter.patient.guarantor
    strange = ServiceLineFactory()

    answer = client.post(
        reverse("backoffice:enter_statement", args=[guarantor.pk]),
        {"statement_date": "2026-03-01", "lines": [strange.pk]},
    )

    assert answer.status_code == 422
    assert "What is owed has changed meanwhile." in answer.content.decode()
    assert not Statement.objects.exists()


def test_a_statement_of_a_day_to_come_is_refused(client):
    service = ServiceLineFactory()
    address = reverse("backoffice:enter_statement", args=[service.encounter.patient.guarantor_id])

    answer = client.post(address, {"statement_date": "2999-12-31", "lines": [service.pk]})

    assert answer.status_code == 422
    assert "This day is still to come." in answer.content.decode()
    assert not Statement.objects.exists()


def test_a_retired_visit_is_owed_no_more_and_what_was_paid_is_not_lost(client, ruth):
    guarantor = GuarantorFactory()
    service = ServiceLineFactory(guarantor=guarantor, billed_cents=5000)
    batch_of(ruth)
    take(ruth, tender(2000), guarantor=guarantor, parts={service.pk: 2000})

    answer = client.post(reverse("backoffice:retire_visit", args=[service.encounter_id]), {"reason": "Not hers"})

    assert answer.status_code == 302
    assert get_balances(guarantor).current_cents <= 0
    assert (
        "This was retired before."
        in client.get(reverse("backoffice:retire_visit", args=[service.encounter_id])).content.decode()
    )
    page = client.get(reverse("admin:accounts_encounter_history", args=[service.encounter_id])).content.decode()
    assert "Not hers" in page


def test_an_account_with_money_is_not_retired_and_says_what_to_do(client, ruth):
    batch_of(ruth)
    guarantor = take(ruth).guarantor

    address = reverse("backoffice:retire_guarantor", args=[guarantor.pk])

    assert "Merge it into the right one instead." in client.get(address).content.decode()
    assert client.post(address, {"reason": "Twice"}).status_code == 422
    guarantor.refresh_from_db()
    assert not guarantor.is_retired


def test_a_mistaken_account_is_retired_from_the_bottom_up_and_found_no_more(client):
    service = ServiceLineFactory()
    patient, guarantor = service.encounter.patient, service.encounter.patient.guarantor
    pages = {
        "retire_visit": service.encounter_id,
        "retire_patient": patient.pk,
        "retire_guarantor": guarantor.pk,
    }
    for name, key in reversed(pages.items()):
        if name != "retire_visit":
            assert client.post(reverse(f"backoffice:{name}", args=[key]), {"reason": "Twice"}).status_code == 422
    for name, key in pages.items():
        assert client.post(reverse(f"backoffice:{name}", args=[key]), {"reason": "Twice"}).status_code == 302

    found = client.get(reverse("backoffice:find"), {"q": guarantor.account_number}).context["found"]
    assert found == []


@pytest.mark.parametrize("name", ["retire_guarantor", "retire_patient", "retire_visit", "enter_statement"])
def test_what_is_not_there_is_not_found(client, name):
    assert client.get(reverse(f"backoffice:{name}", args=[10**9])).status_code == 404
