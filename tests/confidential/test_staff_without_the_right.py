"""What is confidential on every page and file of the back office: there for the right alone."""

import json

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission
from django.urls import NoReverseMatch, reverse

from batches.models import BatchClose, BatchDocument
from pops.appointments.models import AppointmentRequest
from pops.core.accounts.models import Encounter, Guarantor, Patient
from pops.web.backoffice.roles import ROLES
from pops.web.backoffice.urls import urlpatterns
from receipts.documents.closes import make_documents
from receipts.models import Receipt
from tests.addresses import addresses_of
from tests.confidential.reading import text_of, without_choices, words_in
from tests.factories.accounts import GuarantorFactory
from tests.factories.confidential import CATALOG, WORDS, close, make_practice, numbers
from tests.factories.sessions import PortalSessionFactory
from tests.factories.staff import DESK, MANAGER, member
from tests.sessions.looking import open_mirror

NEARLY = "Billing manager who may not see what is confidential"
# Of the words, the visits' numbers are what staff name a service by where its money is.
SERVICE_IDS = ["881234", "881190"]
ALL = [word for word in [*WORDS, *CATALOG] if word not in SERVICE_IDS]
SEARCHED = ("Quillfeather", "Vashti", "Xenotherapy", "Thistledown")


@pytest.fixture
def nearly(db):
    """Somebody with all rights of a manager but one."""
    role = Role.objects.create(name=NEARLY)
    codes = [right.split(".") for right in ROLES[MANAGER] if right != "accounts.see_confidential"]
    role.permissions.set(Permission.objects.get(content_type__app_label=app, codename=code) for app, code in codes)
    return member(NEARLY)


@pytest.fixture
def made(practice, pay, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    made = make_practice(is_marked=False, pay=pay)
    made.mark()
    return made


def walk(made, client):
    """Each address of the desk and each list, object and history of the back office."""
    other = GuarantorFactory(name="Marta Alvarez")
    known = {
        "request_id": list(AppointmentRequest.objects.values_list("pk", flat=True)),
        "change_id": [],
        "account_id": [],
        "batch_id": [made.batch.pk],
        "count_id": [],
        "delivery_id": [],
        "document_id": list(BatchDocument.objects.values_list("pk", flat=True)),
        "endpoint_id": [],
        "encounter_id": list(Encounter.objects.values_list("pk", flat=True)),
        "guarantor_id": [made.guarantor.pk],
        "import_id": [],
        "key_id": [],
        "kind": ["patients"],
        "link_id": [],
        "merge_id": [],
        "number": numbers(made),
        "other_id": [other.pk],
        "patient_id": list(Patient.objects.values_list("pk", flat=True)),
        "payment_id": list(made.guarantor.payments.values_list("pk", flat=True)),
        "refund_id": [],
        "session_id": [PortalSessionFactory(guarantor=made.guarantor).pk],
        "slug": ["pops-payments", "session-usage"],
        "run_id": [],
        "saved_id": [],
        "schedule_id": [],
        "source": [],
        "entry_kind": [],
        "about": [],
        "user_id": [],
        "statement_id": [],
    }
    for address in [*addresses_of(urlpatterns, known, "backoffice:"), *admin_addresses()]:
        answer = client.get(address)
        if answer.status_code != 405:
            yield address, answer
    number, leo, quill = numbers(made)[-1], made.visits[0].patient_id, made.quill.pk
    merge = reverse("backoffice:merge_with", args=[other.pk, made.guarantor.pk])
    report = reverse("backoffice:report", args=["pops-payments"]) + "?span=year_to_date"
    for address in (
        f"{report}&by=facility,provider,billing,patient,guarantor&payments=yes",
        f"{report}&by=referring,batch&list=applied",
        merge,
        f"{reverse('backoffice:print', args=[number])}?confidential=1",
        f"{reverse('backoffice:find')}?q=alvarez",
        f"{reverse('backoffice:shared_check')}?q=alvarez",
        *(f"{reverse('admin:accounts_encounter_add')}?patient={one}" for one in (leo, quill)),
        *(f"{reverse('admin:accounts_appointment_add')}?patient={one}" for one in (leo, quill)),
    ):
        yield address, client.get(address)
    mirror = open_mirror(client, made.guarantor)
    for page in ("", "account/", "statements/", "receipts/", "pay/", *(f"receipts/{one}/" for one in numbers(made))):
        yield f"{mirror}{page}", client.get(f"{mirror}{page}")


def admin_addresses():
    """Lists, forms and each row's page with its history."""
    for model, shown in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add"):
            yield reverse(f"{name}_{page}")
        for row in shown.model._default_manager.values_list("pk", flat=True)[:20]:
            for page in ("change", "history"):
                try:
                    yield reverse(f"{name}_{page}", args=[row])
                except NoReverseMatch:
                    continue


def offences(made, client):
    """Where a word stands; the practice's lists of providers and facilities are for all who may see those."""
    for address, answer in walk(made, client):
        assert answer.status_code < 500, address
        words = [word for word in ALL if word not in CATALOG or not address.startswith("/admin/practice/")]
        found = words_in(without_choices(text_of(answer)), words)
        if found:
            yield address, found


@pytest.mark.long
def test_the_front_desk_sees_no_word(made, client_of):
    close(made)
    make_documents(close_id=BatchClose.objects.get().pk)

    assert list(offences(made, client_of(member(DESK)))) == []


@pytest.mark.long
def test_a_manager_without_the_right_sees_no_word(made, client_of, nearly):
    assert list(offences(made, client_of(nearly))) == []


@pytest.mark.long
def test_with_the_right_all_words_are_there(made, client_of):
    found = {word for _, words in offences(made, client_of(member(MANAGER))) for word in words}

    assert set(ALL) - found <= {"2026-01-13", "1999-07-19"}  # as forms and files write dates: not all pages do


@pytest.mark.parametrize("word", SEARCHED)
def test_no_search_finds_it(made, client_of, nearly, word):
    client = client_of(nearly)
    for name in ("find", "shared_check"):
        assert list(client.get(reverse(f"backoffice:{name}"), {"q": word}).context["found"]) == []
    for model, shown in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if shown.search_fields and client.get(address).status_code == 200 and model._meta.app_label != "practice":
            assert client.get(address, {"q": word}).context["cl"].result_count == 0, address


def test_with_the_right_its_patient_finds_the_account(made, client_of):
    found = client_of(member(MANAGER)).get(reverse("backoffice:find"), {"q": "quill"}).context["found"]

    assert list(found) == [made.guarantor]


def test_the_desk_takes_money_for_what_it_can_not_read(made, client_of):
    page = client_of(made.clerk).get(reverse("backoffice:take", args=[made.guarantor.pk])).content.decode()
    masked = client_of(member(DESK)).get(reverse("backoffice:take", args=[made.guarantor.pk])).content.decode()

    assert "Xenotherapy" in page
    assert "Confidential" in masked
    assert "881234-" in masked
    assert page.count("data-line") == masked.count("data-line")


def test_its_own_pages_are_not_there(made, client_of, nearly):
    client = client_of(nearly)

    for name, row in (("patient", made.quill), ("encounter", made.visits[0]), ("appointment", made.appointments[1])):
        assert client.get(reverse(f"admin:accounts_{name}_change", args=[row.pk])).url == "/admin/"  # not there
        assert client.get(reverse(f"admin:accounts_{name}_history", args=[row.pk])).status_code == 404
    assert client.get(reverse("backoffice:retire_patient", args=[made.quill.pk])).status_code == 404
    assert client.get(reverse("backoffice:retire_visit", args=[made.visits[0].pk])).status_code == 404


def test_a_packet_made_before_the_mark_opens_for_the_right_alone(practice, pay, settings, tmp_path, client_of, nearly):
    settings.MEDIA_ROOT = str(tmp_path)
    made = make_practice(is_marked=False, pay=pay)
    close(made)
    make_documents(close_id=BatchClose.objects.get().pk)
    packet = reverse("backoffice:document", args=[BatchDocument.objects.get(kind="packet_csv").pk])
    assert words_in(text_of(client_of(nearly).get(packet)), ["xenotherapy"])

    made.mark()
    refused = client_of(nearly).get(packet, follow=True)
    assert "before something in it became confidential" in text_of(refused)
    assert words_in(text_of(refused), ALL) == []
    assert words_in(text_of(client_of(member(MANAGER)).get(packet)), ["xenotherapy"])


def test_who_may_see_it_marks_it_and_the_history_tells(made, client_of, nearly):
    leo = Patient.objects.get(name="Leo Alvarez")
    address, data = reverse("admin:accounts_patient_change", args=[leo.pk]), {
        "name": leo.name, "guarantor": made.guarantor.pk, "is_confidential": "on", "why": "Asked for it"
    }  # fmt: skip
    client_of(nearly).post(address, data)
    leo.refresh_from_db()
    assert not leo.is_confidential

    manager = client_of(member(MANAGER))
    assert manager.post(address, data).status_code == 302
    leo.refresh_from_db()
    assert leo.is_confidential
    history = text_of(manager.get(reverse("admin:accounts_patient_history", args=[leo.pk])))
    assert "asked for it" in history
    assert "confidential" in history


def test_the_guarantors_own_receipt_is_printed_in_full_by_who_may(made, client_of):
    number = Receipt.objects.filter(guarantor=made.guarantor).latest("pk").pk
    address = reverse("backoffice:print", args=[number])
    desk, manager = client_of(member(DESK)), client_of(member(MANAGER))

    assert "With what is confidential" in manager.get(address).content.decode()
    assert "Xenotherapy" in manager.get(f"{address}?confidential=1").content.decode()
    assert "Xenotherapy" not in desk.get(f"{address}?confidential=1").content.decode()
    assert "With what is confidential" not in desk.get(address).content.decode()


def test_a_refusal_names_nothing(made, client_of):
    client, page = client_of(member(MANAGER)), reverse("backoffice:take", args=[made.guarantor.pk])
    owed = json.loads(client.get(page).context["form"].owed_now)
    seen = json.dumps({line: cents + 1 for line, cents in owed.items()})
    refused = text_of(client.post(page, {"seen": seen, "cash": "1.00", "apply": "oldest", "channel": "office"}))

    assert "confidential (881234-" in refused
    assert Guarantor.objects.get(pk=made.guarantor.pk).receipts.count() == len(numbers(made))
