"""A QuickPay link that no longer works, or whose session is over, says so and what to do."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from pops.core.practice.models import Group
from pops.quickpay.models import Link
from pops.quickpay.services import make_link, revoke_link
from pops.sessions.keeping import end_session_by_staff
from pops.sessions.models import PortalSession
from tests.factories.practice import GroupFactory
from tests.moments import NOON
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.mark.parametrize("address", ["/q/x/", f"/q/{'x' * 43}/", "/q/%2e%2e/"])
def test_a_link_that_nobody_was_given_says_so(token, practice, address):
    answer = Client().get(address)

    assert answer.status_code == 404
    assert "This link is not right" in text_of(answer)


def expire(link, owes, staff_user):
    Link.objects.filter(pk=link.pk).update(replaced_at=None)
    return NOON + dt.timedelta(days=30)


def replace(link, owes, staff_user):
    Link.objects.filter(pk=link.pk).update(replaced_at=NOON)


def revoke(link, owes, staff_user):
    revoke_link(link_id=link.pk, now=NOON, by=staff_user)


def move(link, owes, staff_user):
    owes.group = GroupFactory()
    owes.save()


def switch_off(link, owes, staff_user):
    Group.objects.update(quickpay=False)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (expire, "good for a time that is over"),
        (replace, "A newer statement has replaced"),
        (revoke, "The practice has withdrawn this link"),
        (move, "The account of this link has moved"),
        (switch_off, "not offered here any more"),
    ],
)
def test_a_link_that_no_longer_works_says_why_and_whom_to_call(token, owes, staff_user, time_machine, end, words):
    Group.objects.update(footer_phone="(555) 010-2030")
    if later := end(Link.objects.get(), owes, staff_user):
        time_machine.move_to(later, tick=False)

    for answer in (Client().get(f"/q/{token}/"), Client().post("/q/", {"token": token})):
        assert answer.status_code == 410
        assert words in text_of(answer)
        assert "Sign in to pay" in text_of(answer)
        assert "call us at (555) 010-2030" in text_of(answer)


def test_a_revoked_link_shows_out_who_is_in_and_an_expired_one_lets_them_finish(
    token, enter, owes, staff_user, time_machine
):
    _, short = make_link(guarantor=owes, origin="qr", now=NOON, good_for=dt.timedelta(minutes=1))
    in_by_short, client = enter(short), enter(token)
    time_machine.move_to(NOON + dt.timedelta(minutes=2), tick=False)
    revoke_link(link_id=Link.objects.get(origin="text").pk, now=NOON, by=staff_user)

    assert in_by_short.get("/quickpay/").status_code == 200
    answer = client.get("/quickpay/")
    assert answer.status_code == 410
    assert "If you have just paid, your payment is kept" in text_of(answer)


def test_without_a_link_the_pages_say_to_open_it_again(token, enter):
    client = enter(token)
    client.session.flush()

    assert "Open your link again" in text_of(client.get("/quickpay/"))
    assert Client().get("/quickpay/").status_code == 403
    answer = Client().get(f"/quickpay/{uuid.uuid4()}/return/")
    assert "Your payment was sent: don’t pay it again" in text_of(answer)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/quickpay/", "The practice closed this page. Nothing more was charged."),
        (f"/quickpay/{uuid.UUID(int=1)}/return/", "Your payment was sent: don’t pay it again."),
        (f"/quickpay/{uuid.UUID(int=1)}/return/", "This page was closed meanwhile by the practice."),
    ],
)
def test_what_staff_ended_says_so(token, enter, staff_user, page, words):
    client = enter(token)
    end_session_by_staff(session_id=PortalSession.objects.get().pk, now=NOON, by=staff_user)

    text = text_of(client.get(page))

    assert words in text
    assert "nothing happened here" not in text


def test_the_session_lasts_as_the_group_says_and_a_click_extends_it(token, enter, time_machine):
    Group.objects.update(session_minutes=5)
    client = enter(token)
    client.get("/quickpay/")
    assert client.get("/session/").json() == {"seconds": 300}

    time_machine.move_to(NOON + dt.timedelta(minutes=4), tick=False)
    assert client.get("/session/").json() == {"seconds": 60}
    assert client.post("/session/").json() == {"seconds": 300}
    time_machine.move_to(NOON + dt.timedelta(minutes=9, seconds=1), tick=False)
    assert client.get("/quickpay/").status_code == 403
