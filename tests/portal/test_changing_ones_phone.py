"""A guarantor tells another phone number on the portal: it is used once the desk has reached them on it."""

import pytest
from django.utils import timezone

from pops.logins.models import PhoneChange
from tests.factories.staff import DESK, member
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]


@pytest.fixture
def client(eleni, client_of):
    return client_of(eleni)


def test_a_phone_number_waits_for_the_desks_call(client, eleni, client_of):
    assert client.post("/profile/phone/", {"new_phone": "555 010 4444"}).url == "/profile/"
    eleni.refresh_from_db()
    assert eleni.phone == "(555) 010-3000"
    assert "waits for the practice to call you" in text_of(client.get("/profile/"))

    desk = client_of(member(DESK))
    assert "gave a new phone number, 555 010 4444. Call it." in desk.get("/admin/").content.decode()
    change = PhoneChange.objects.get()
    page = f"/admin/desk/phones/{change.pk}/"
    assert "555 010 4444" in desk.get(page).content.decode()
    assert desk.post(page, {"decision": "take"}).status_code == 302

    eleni.refresh_from_db()
    assert eleni.phone == "555 010 4444"
    assert "Confirmed" in text_of(client.get("/profile/"))
    assert "gave a new phone number" not in desk.get("/admin/").content.decode()
    assert desk.post(page, {"decision": "decline"}).status_code == 422, "it is decided"


def test_a_number_that_is_declined_leaves_the_old_one(client, eleni, client_of):
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})
    change = PhoneChange.objects.get()
    client_of(member(DESK)).post(f"/admin/desk/phones/{change.pk}/", {"decision": "decline", "note": "Not reached"})

    change.refresh_from_db()
    eleni.refresh_from_db()
    assert (eleni.phone, eleni.phone_confirmed_at, change.state) == ("(555) 010-3000", None, "declined")


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("12", "with its area code"),
        ("call me", "with its area code"),
        ("555-010-3000", "already"),
        ("1" * 16, "area"),
        ("<b>5550104444</b>", "area"),
        ("555 010 4444 or my work", "area"),
    ],
)
def test_what_is_no_new_number_is_refused(client, phone, words):
    answer = client.post("/profile/phone/", {"new_phone": phone})

    assert answer.status_code == 422
    assert words in text_of(answer)


def test_numbers_can_be_asked_for_only_so_often(client):
    answers = [client.post("/profile/phone/", {"new_phone": f"555 010 44{n:02} x7"}).status_code for n in range(6)]

    assert answers == [302] * 5 + [422]
    assert PhoneChange.objects.count() == 5
    assert "too often" in text_of(client.post("/profile/phone/", {"new_phone": "555 010 4499"}))


def test_a_number_can_be_taken_back_or_away(client, eleni):
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})
    client.post("/profile/phone/withdraw/")
    client.post("/profile/phone/", {"new_phone": ""})

    assert [change.state for change in PhoneChange.objects.order_by("pk")] == ["replaced", "waiting"]
    assert "take this number away" in text_of(client.get("/profile/"))


def test_staff_who_correct_a_number_take_its_confirmation_away(eleni, client_of):
    eleni.phone_confirmed_at = timezone.now()
    eleni.save()
    desk, page = client_of(member(DESK)), f"/admin/accounts/guarantor/{eleni.pk}/change/"
    fields = {"name": eleni.name, "phone": "555 010 9999", "group": eleni.group_id, "why": "She called"}
    forms = {f"patients-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}

    assert desk.post(page, {**fields, **forms, "preferred_name": ""}).status_code == 302

    eleni.refresh_from_db()
    assert (eleni.phone, eleni.phone_confirmed_at) == ("555 010 9999", None)
