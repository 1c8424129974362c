"""A page that was open while the balance changed says what changed and asks again; nothing typed is dropped unsaid."""

import pytest
from django.urls import reverse

from receipts.models import Posting, Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, take, tender
from tests.factories.staff import DESK, member

CHANGED = "The balance changed since it was looked at."


@pytest.fixture
def dana(practice):
    dana = member(DESK)
    batch_of(dana)
    return dana


@pytest.fixture
def visit(guarantor):
    return ServiceLineFactory(guarantor=guarantor, billed_cents=5000, description="Annual physical", line_number=1)


@pytest.fixture
def blood_test(guarantor, visit):
    return ServiceLineFactory(guarantor=guarantor, encounter=visit.encounter, billed_cents=3000, line_number=2)


def typed(page, **more):
    """What a person sends who fills a page in: what it showed comes with it."""
    return {"channel": "office", "apply": "oldest", "seen": page.context["form"].owed_now, **more}


def told(answer):
    assert answer.status_code == 422
    return answer.content.decode()


@pytest.mark.parametrize("apply", ["oldest", "chosen", "escrow"])
def test_a_service_that_was_paid_online_meanwhile(client_of, dana, guarantor, visit, blood_test, pay, apply):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])
    form = typed(client.get(address), cash="80.00", apply=apply)
    if apply == "chosen":
        form |= {f"line_{visit.pk}": "50.00", f"line_{blood_test.pk}": "30.00"}
    paid = pay(guarantor, cents=5000)

    answer = client.post(address, form)

    words = f"{CHANGED} Annual physical ({visit.service_id}) had $50.00 left to pay, now nothing. Look at it again."
    assert words in told(answer)
    assert list(Receipt.objects.all()) == [paid]
    again = {**form, "seen": answer.context["form"].owed_now}
    again.pop(f"line_{visit.pk}", None)
    assert client.post(address, again).status_code == 302, "asked once"
    assert Receipt.objects.latest("pk").amount_cents == 8000


def test_the_form_that_is_shown_again_carries_what_is_owed_now(client_of, dana, guarantor, visit, pay):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])
    form = typed(client.get(address), cash="50.00")
    pay(guarantor, cents=2000)

    page = told(client.post(address, form))

    assert "had $50.00 left to pay, now $30.00." in page
    assert f'name="seen" value="{{&quot;{visit.pk}&quot;: 3000}}"' in page


def test_a_charge_that_came_in_meanwhile(client_of, dana, guarantor, visit):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])
    form = typed(client.get(address), cash="50.00")
    ServiceLineFactory(guarantor=guarantor, billed_cents=1500, description="Strep test")

    assert "had $0.00 left to pay, now $15.00." in told(client.post(address, form))


def test_a_service_that_went_to_another_account(client_of, dana, guarantor, visit):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])
    form = typed(client.get(address), cash="50.00")
    visit.encounter.patient.guarantor = GuarantorFactory()
    visit.encounter.patient.save()

    assert "A service is not on this account any more." in told(client.post(address, form))


def test_escrow_that_is_applied_to_what_was_paid_meanwhile(client_of, dana, guarantor, pay):
    receipt = take(dana, tender(9000), guarantor=guarantor)
    visit = ServiceLineFactory(guarantor=guarantor, billed_cents=5000)
    client, address = client_of(dana), reverse("backoffice:post_escrow", args=[receipt.pk])
    form = typed(client.get(address))
    pay(guarantor, cents=1000)

    assert CHANGED in told(client.post(address, form))
    assert not Posting.objects.filter(receipt=receipt).exists()
    assert client.post(address, typed(client.get(address), **{f"line_{visit.pk}": "40.00"}, apply="chosen")).url


@pytest.mark.parametrize("apply", ["oldest", "escrow"])
def test_amounts_beside_services_that_were_not_chosen(client_of, dana, guarantor, visit, apply):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])
    form = typed(client.get(address), cash="50.00", apply=apply, **{f"line_{visit.pk}": "20.00"})

    assert "There are amounts beside the services below." in told(client.post(address, form))
    assert not Receipt.objects.exists()


def test_a_check_number_without_an_amount_in_a_refund(client_of, practice):
    ruth = member("Billing manager")
    batch_of(ruth)
    receipt = take(ruth, tender(1000), tender(2000, "check", check_number="7"))
    address = reverse("backoffice:refund", args=[receipt.pk])

    answer = client_of(ruth).post(address, {"cash": "5.00", "check_number": "31", "reason": "Overpaid"})

    assert "Enter the amount of this check, or empty its number." in told(answer)


def test_a_brand_that_was_chosen_for_a_second_card_stays_in_sight(client_of, dana, guarantor):
    client, address = client_of(dana), reverse("backoffice:take", args=[guarantor.pk])

    answer = client.post(address, typed(client.get(address), cash="50.00", card_2_brand="visa"))

    assert answer.context["form"].uses_more()
    assert "Enter the amount of this card" in told(answer)
