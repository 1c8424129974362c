"""Staff see who is on the portal, how they came and what they paid, and sign somebody out at once."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from payments.models import Payment
from pops.core.accounts.merging import merge_guarantors
from pops.sessions.models import PortalSession
from pops.web.sign_in.session_end import BY_STAFF
from tests.browsing import accessibility_problems
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.payments import PaymentFactory
from tests.factories.sessions import PortalSessionFactory
from tests.factories.staff import DESK, MANAGER, member
from tests.sessions.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

Origin, Why = PortalSession.Origin, PortalSession.WhyEnded
LIST = "/admin/portal_sessions/portalsession/"


def end(client, session):
    return client.post(reverse("backoffice:end_session", args=[session.pk]), {})


def test_it_is_gone_at_once_and_says_so_at_the_door(guarantor, client_of):
    theirs, ruth = sign_in(guarantor), member(DESK)
    session = PortalSession.objects.get()

    answer = end(client_of(ruth), session)

    session.refresh_from_db()
    assert answer.url == f"{LIST}{session.pk}/change/"
    assert (session.why_ended, session.ended_by) == (Why.ENDED_BY_STAFF, ruth)
    assert not Session.objects.filter(pk=session.key).exists()
    door = theirs.get("/receipts/?q=17")
    assert door.url == "/sign-in/?next=/receipts/%3Fq%3D17"
    assert BY_STAFF in theirs.get(door.url).content.decode()


def test_a_request_that_was_on_its_way_does_not_bring_it_back(guarantor, client_of):
    theirs = sign_in(guarantor)
    session = PortalSession.objects.get()
    held = theirs.session
    assert held["_auth_user_id"]
    end(client_of(member(DESK)), session)

    held["used_at"] = 0
    with pytest.raises(UpdateError):
        held.save()

    assert theirs.get("/").url == "/sign-in/"


def test_it_ends_once_and_says_so(guarantor, client_of):
    sign_in(guarantor)
    session, ruth = PortalSession.objects.get(), client_of(member(DESK))
    end(ruth, session)

    page = ruth.get(reverse("backoffice:end_session", args=[session.pk])).content.decode()

    assert "This session has ended already." in page
    assert end(ruth, session).status_code == 422


def test_only_who_may(guarantor, client_of):
    session = PortalSessionFactory(guarantor=guarantor)
    nobody = member(DESK)
    nobody.groups.clear()

    assert end(client_of(nobody), session).status_code == 403
    assert end(client_of(guarantor), session).status_code == 403
    assert client_of(guarantor).get(LIST).status_code in (302, 403)


def test_a_payment_under_way_is_told_of(guarantor, client_of):
    session = PortalSessionFactory(guarantor=guarantor)
    PaymentFactory(guarantor=guarantor, session=session, state=Payment.State.PROCESSING)

    page = client_of(member(DESK)).get(reverse("backoffice:end_session", args=[session.pk])).content.decode()

    assert "A payment is under way in it." in page


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([], "No payment"),
        (["abandoned"], "Begun, not finished"),
        (["abandoned", "processing"], "Not known yet"),
    ],
)
def test_the_list_says_what_came_of_the_payments(guarantor, client_of, states, said):
    session = PortalSessionFactory(guarantor=guarantor, origin=Origin.EMAIL_LINK)
    for state in states:
        PaymentFactory(guarantor=guarantor, session=session, state=state)

    row = client_of(member(DESK)).get(LIST).content.decode()

    assert f'<td class="field-payment">{said}</td>' in row
    assert "Email link" in row
    assert guarantor.account_number in row
    assert guarantor.name not in row


def test_who_was_declined_and_then_paid_has_paid(guarantor, pay, client_of):
    session = PortalSessionFactory(guarantor=guarantor)
    pay(guarantor)
    PaymentFactory(guarantor=guarantor, session=session, state="abandoned")
    Payment.objects.update(session=session)

    assert '<td class="field-payment">Paid</td>' in client_of(member(DESK)).get(LIST).content.decode()


@pytest.mark.parametrize(
    "query",
    ["origin__exact=qr", "authentication__exact=quickpay", "open=yes", "outcome=none", "q=48210"],
)
def test_it_is_filtered(guarantor, client_of, query):
    wanted = PortalSessionFactory(
        guarantor=GuarantorFactory(account_number="48210", group=guarantor.group),
        origin=Origin.QR,
        authentication="quickpay",
    )
    other = PortalSessionFactory(guarantor=guarantor, ended_at=wanted.started_at, why_ended=Why.SIGNED_OUT)
    PaymentFactory(guarantor=guarantor, session=other, state="abandoned")

    page = client_of(member(DESK)).get(f"{LIST}?{query}").content.decode()

    assert f"{LIST}{wanted.pk}/change/" in page
    assert f"{LIST}{other.pk}/change/" not in page


def test_they_go_over_with_a_merge(guarantor, client_of):
    session, into = PortalSessionFactory(guarantor=guarantor), GuarantorFactory(group=guarantor.group)
    merge_guarantors(merged_id=guarantor.pk, into_id=into.pk, reason="Keyed twice", by=member(MANAGER))

    session.refresh_from_db()
    assert session.guarantor == into


@pytest.mark.django_db(transaction=True)
def test_ended_while_the_card_form_is_open_nothing_is_charged_and_the_payment_stands(
    page, live_server, guarantor, client_of, stripe_sandbox
):
    """Two tabs, one of which shows the card form. After sign-in it is there as it was."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    theirs = sign_in(guarantor)
    cookie = theirs.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    other = page.context.new_page()
    other.goto(f"{live_server.url}/receipts/")
    other.goto(f"{live_server.url}/account/")
    page.goto(f"{live_server.url}/pay/")
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    for name, text in {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "postalCode": "05401"}.items():
        card.locator(f"[name={name}]").fill(text)
    end(client_of(member(DESK)), PortalSession.objects.get())

    page.get_by_role("button", name="Pay $125.00").click()

    expect(page.locator("main")).to_contain_text(BY_STAFF)
    assert accessibility_problems(page) == []
    assert [event for event in stripe_sandbox.events if event["type"].startswith("charge.")] == []
    payment = Payment.objects.get()
    assert payment.session == PortalSession.objects.get()
    other.reload()
    expect(other.locator("main")).to_contain_text(BY_STAFF)
    other.wait_for_load_state("networkidle")
    other.go_back()
    expect(other.locator("main")).to_contain_text(BY_STAFF)
    again = sign_in(guarantor, f"/pay/{payment.pk}/").get(f"/pay/{payment.pk}/")
    assert again.status_code == 200
    assert "$125.00" in again.content.decode()
