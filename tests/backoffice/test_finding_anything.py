"""What find-as-you-type finds, for whom, in how many questions, and how often."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pops.web.backoffice.desk import finding
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory
from tests.factories.desk import batch_of, take, tender
from tests.factories.staff import DESK, MANAGER, member

pytestmark = pytest.mark.django_db
VISA = {"card_brand": "visa", "card_last4": "4242", "approval_code": "A1"}


@pytest.fixture
def maria(practice):
    maria = GuarantorFactory(name="Maria Alvarez", account_number="48210", phone="(555) 010-3000")
    PatientFactory(guarantor=maria, name="Leo Alvarez")
    PatientFactory(guarantor=maria, name="Noa Keller", is_confidential=True)
    return maria


@pytest.fixture
def receipts(maria):
    ruth = member(MANAGER)
    batch_of(ruth)
    ways = [tender(4000), tender(9790, "check", check_number="001042"), tender(1250, "card", **VISA)]
    return [take(ruth, way, guarantor=maria) for way in ways]


def ask(client, text):
    answer = client.get(reverse("backoffice:find_anything"), {"q": text}, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()["groups"]


def found(client, text):
    """Labels by group."""
    return {group["label"]: [row["label"] for row in group["rows"]] for group in ask(client, text)}


@pytest.mark.parametrize("text", ["mar alv", "48210", "leo", "555 010 3000", "3000"])
def test_a_person(client_of, maria, text):
    assert found(client_of(member(DESK)), text)["People"] == ["Maria Alvarez"]


@pytest.mark.parametrize(
    ("text", "which"),
    [("$40.00", 0), ("40", 0), ("40.00", 0), ("1042", 1), ("001042", 1), ("01042", 1), ("$97.90", 1), ("4242", 2)],
)
def test_a_receipt(client_of, receipts, text, which):
    assert found(client_of(member(MANAGER)), text)["Receipts"] == [f"Receipt {receipts[which].pk}"]


def test_a_page_by_what_it_is_called_for_whom_it_opens(client_of, maria):
    """Without a mouse the menu is a dozen tabs away."""
    (page,) = ask(client_of(member(DESK)), "clo day")[0]["rows"]
    assert (page["label"], page["url"]) == ("Close the day", reverse("backoffice:close_day"))
    assert "Pages" not in found(client_of(member(DESK)), "month")
    assert found(client_of(member(MANAGER)), "month")["Pages"] == ["Month-end lock"]
    assert next(iter(found(client_of(member(DESK)), "maria"))) == "People"


def test_an_amount_of_a_batch_that_is_still_to_be_counted(client_of, receipts):
    assert found(client_of(member(DESK)), "$40.00") == {}
    client = client_of(member(DESK))
    answer = client.get(reverse("backoffice:find_anything"), {"q": "1042"}).content.decode()
    assert f"Receipt {receipts[1].pk}" in answer
    assert "97.90" not in answer


def test_a_receipts_number_comes_first(client_of, receipts):
    number = receipts[0].pk
    client = client_of(member(DESK))
    assert found(client, str(number))["Receipts"][0] == f"Receipt {number}"
    charge = receipts[0].transactions.get().number
    assert found(client, charge)["Receipts"] == [f"Receipt {number}"]


def test_each_kind_for_who_may_see_it(client_of, receipts):
    looks = UserFactory(is_staff=True)
    looks.user_permissions.add(Permission.objects.get(codename="view_guarantor"))

    assert found(client_of(looks), "alvarez") == {"People": ["Maria Alvarez"]}
    assert found(client_of(looks), "1042") == {}
    assert found(client_of(member(DESK)), "noa kell") == {"Nobody of them?": ["New guarantor: noa kell"]}
    # what can be made of it was not found, and is not counted as found
    [offer] = ask(client_of(member(DESK)), "noa kell")[0]["rows"]
    assert offer["is_offer"]
    assert found(client_of(member(MANAGER)), "noa kell")["People"] == ["Maria Alvarez"]


@pytest.mark.parametrize(
    "text", ["", "m", "%", "'", "\0\0", "$", "9" * 40, "-", "$99999999999999999999999", "000", "<b>x"]
)
def test_odd_words_find_nothing_and_break_nothing(client_of, receipts, text):
    assert "Receipts" not in found(client_of(member(DESK)), text)


def test_few_questions_and_a_page_without_scripts(client_of, receipts):
    client = client_of(member(DESK))
    address = reverse("backoffice:find_anything")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address, {"q": "1042"}).content.decode()
    assert len(asked) <= 12, [query["sql"][:80] for query in asked]
    assert f"Receipt {receipts[1].pk}" in page
    assert "Maria Alvarez" in page


def test_too_often_is_said(client_of, maria, monkeypatch):
    monkeypatch.setattr(finding, "FINDING", finding.Door("finding", anywhere="1/m/key"))
    client, address = client_of(member(DESK)), reverse("backoffice:find_anything")
    client.get(address, {"q": "mar"})

    answer = client.get(address, {"q": "mar"}, headers={"accept": "application/json"})
    assert answer.status_code == 429
    assert "too often" in answer.json()["problem"]
    assert client.get(address, {"q": "mar"}).status_code == 429


def test_guarantors_do_not_find(client_of, maria):
    assert client_of(maria).get(reverse("backoffice:find_anything"), {"q": "mar"}).status_code in (302, 403, 404)
    assert not Receipt.objects.exists()
