"""A session says how it began: by which link or door, by what proof, for whose account, in which group."""

import uuid

import pytest

from payments.models import Payment
from pops.sessions.models import PortalSession
from pops.sessions.origins import find_origin, say_origin
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, link, login_of
from tests.factories.payments import PaymentFactory
from tests.portal.by_name import MARIA, signs_in
from tests.sessions.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

Origin = PortalSession.Origin


def test_who_comes_to_the_front_door_is_there_directly(guarantor):
    client = sign_in(guarantor)

    session = PortalSession.objects.get()
    assert (session.origin, session.authentication) == (Origin.DIRECT, PortalSession.Authentication.MFA)
    assert (session.guarantor, session.group, session.user) == (guarantor, guarantor.group, login_of(guarantor))
    assert session.key == client.session.session_key
    assert session.is_open
    assert not session.is_mirror


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ("/receipts/?via=email", Origin.EMAIL_LINK),
        ("/?via=text", Origin.TEXT_LINK),
        ("/pay/?amount=current&via=qr", Origin.QR),
        ("/?via=statement", Origin.STATEMENT),
        # What no link is, however it is written, is none.
        ("/?via=staff", Origin.DIRECT),
        ("/?via=direct", Origin.DIRECT),
        ("/?via=%3Cscript%3E", Origin.DIRECT),
        ("/?via=", Origin.DIRECT),
    ],
)
def test_a_link_says_where_it_stood(guarantor, page, origin):
    sign_in(guarantor, page)

    assert PortalSession.objects.get().origin == origin


def test_by_name_is_the_practices_website(maria):
    signs_in(MARIA)

    assert PortalSession.objects.get().origin == Origin.WEBSITE


def test_the_next_sign_in_of_that_browser_is_by_its_own_door(maria):
    signs_in(MARIA)
    sign_in(maria)

    assert list(PortalSession.objects.order_by("pk").values_list("origin", flat=True)) == ["website", "direct"]


def test_staff_have_no_session_of_the_portal(staff_user, client_of):
    client_of(staff_user).get("/admin/")

    assert not PortalSession.objects.exists()


def test_another_account_in_hand_is_a_session_of_its_own(guarantor):
    mother = GuarantorFactory(login=False)
    link(mother, login_of(guarantor))
    client = sign_in(guarantor, "/?via=email")
    client.post("/accounts/switch/", {"account": guarantor.pk})
    client.post("/accounts/switch/", {"account": mother.pk})

    first, second = PortalSession.objects.order_by("pk")
    assert (first.guarantor, first.why_ended) == (guarantor, PortalSession.WhyEnded.SWITCHED)
    assert (second.guarantor, second.origin, second.is_open) == (mother, Origin.EMAIL_LINK, True)


def test_a_payment_says_in_which_session_it_was_started(guarantor, stripe_sandbox):
    ServiceLineFactory(guarantor=guarantor, billed_cents=5000)
    client = sign_in(guarantor)
    client.post("/pay/", {"payment_id": uuid.uuid4(), "choice": "current", "shown": "5000 0"})

    assert Payment.objects.get().session == PortalSession.objects.get()


def test_who_entered_before_sessions_were_remembered_goes_on(guarantor, client_of):
    client = client_of(guarantor)

    assert client.get("/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert PaymentFactory(guarantor=guarantor).session is None


@pytest.mark.parametrize("address", ["/receipts/7/", "/receipts/?q=1"])
def test_what_an_address_says_is_read_again(address):
    said = say_origin(address, Origin.EMAIL_LINK)

    assert find_origin(said) == Origin.EMAIL_LINK
    assert find_origin(address) is None
