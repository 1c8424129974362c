"""Django's own pages as the back office shows them: named for people, whole on a tablet, without doubles."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from payments.models import Payment
from tests.browsing import accessibility_problems
from tests.factories.accounts import PatientFactory
from tests.factories.desk import batch_of, take
from tests.factories.payments import PaymentFactory
from tests.factories.staff import DESK, MANAGER, member


def test_a_payment_is_called_by_amount_and_guarantor_and_its_id_comes_last(client_of, guarantor):
    payment = PaymentFactory(guarantor=guarantor, amount_cents=4000, state=Payment.State.REVIEW)

    page = client_of(member(DESK)).get(reverse("admin:payments_payment_change", args=[payment.pk])).content.decode()

    assert f"<h1>Payment of $40.00 by {guarantor.name}, " in page
    told = strip_tags(page[page.index("<h1>") :])
    assert told.index("PaymentIntent") < told.index("Reference:") < told.index(str(payment.pk))


def test_a_patient_is_named_once(client_of, guarantor):
    PatientFactory(guarantor=guarantor, name="Leo Alvarez")
    address = reverse("admin:accounts_guarantor_change", args=[guarantor.pk])

    assert client_of(member(DESK)).get(address).content.decode().count("Leo Alvarez") == 1


def test_the_front_page_lists_what_a_role_works_with(client_of, practice):
    desk = client_of(member(DESK)).get("/admin/").content.decode()
    manager = client_of(member(MANAGER)).get("/admin/").content.decode()

    assert reverse("admin:payments_payment_changelist") in desk
    assert "From Stripe" not in desk
    assert "From Stripe" in manager
    assert "Email addresses" not in desk + manager


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "list_of", ["receipts_receipt", "notifications_message", "payments_payment", "accounts_guarantor"]
)
def test_lists_fit_a_tablet(page, live_server, sign_in, guarantor, list_of):
    ruth = member(MANAGER)
    batch_of(ruth)
    PaymentFactory(guarantor=guarantor, state=Payment.State.REVIEW, review_reason="Another amount came. " * 4)
    take(ruth, guarantor=guarantor)
    page.set_viewport_size({"width": 768, "height": 1024})
    sign_in(ruth).goto(live_server.url + reverse(f"admin:{list_of}_changelist") + "?q=")

    assert page.locator(".results").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert accessibility_problems(page) == []
