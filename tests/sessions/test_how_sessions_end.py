"""A session ends once, and says why: signed out, not used, replaced, cut off. The row stays."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.utils import InternalError
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pops.core.access.models import User
from pops.core.access.sessions import SessionStore
from pops.core.practice.models import Group
from pops.sessions.keeping import end_session, expire_sessions
from pops.sessions.models import PortalSession
from pops.sessions.tasks import note_expired_sessions
from pops.web.sign_in.entering import enter, find_session_id
from tests.factories.accounts import GuarantorFactory, login_of
from tests.factories.sessions import PortalSessionFactory, alive
from tests.moments import NOON
from tests.sessions.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

Why = PortalSession.WhyEnded
HOUR = dt.timedelta(hours=1)


def why(session):
    session.refresh_from_db()
    return session.why_ended


@pytest.mark.parametrize(
    ("function", "reason"),
    [(Group.LogoutFunction.LOGOUT, Why.SIGNED_OUT), (Group.LogoutFunction.CLOSE, Why.CLOSED)],
)
def test_signing_out_ends_it(guarantor, function, reason):
    Group.objects.update(logout_function=function)
    client = sign_in(guarantor)
    client.get("/sign-out/")
    assert PortalSession.objects.get().is_open

    client.post("/sign-out/")

    assert PortalSession.objects.get().why_ended == reason


def test_where_signing_out_is_switched_off_it_goes_on(guarantor):
    Group.objects.update(logout_function=Group.LogoutFunction.NONE)
    sign_in(guarantor).post("/sign-out/")

    assert PortalSession.objects.get().is_open


def test_the_next_one_in_the_same_browser_replaces_it(guarantor):
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    facts = {"origin": PortalSession.Origin.QR, "authentication": PortalSession.Authentication.QUICKPAY}
    first = enter(request, guarantor=guarantor, **facts)
    second = enter(request, guarantor=GuarantorFactory(), **facts)

    assert (why(first), why(second)) == (Why.REPLACED, "")
    assert (second.user, second.key) == (None, request.session.session_key)
    assert first.key != second.key, "who left a session in somebody's browser doesn't get to know theirs"
    assert find_session_id(request, PortalSession.Authentication.QUICKPAY) == second.pk
    assert find_session_id(request) is None


def test_one_that_nobody_used_ended_when_its_time_was_up(guarantor):
    unused = alive(PortalSessionFactory(guarantor=guarantor, started_at=NOON - HOUR), until=NOON - HOUR / 2)
    used = alive(PortalSessionFactory(guarantor=guarantor, started_at=NOON - HOUR), until=NOON + HOUR)

    assert expire_sessions(now=NOON) == 1

    assert (why(unused), unused.ended_at) == (Why.EXPIRED, NOON - HOUR / 2)
    assert why(used) == ""
    assert expire_sessions(now=NOON) == 0


def test_one_whose_sign_in_was_changed_was_cut_off(guarantor):
    client = sign_in(guarantor)
    session = PortalSession.objects.get()
    user = User.objects.get(pk=login_of(guarantor).pk)
    user.set_unusable_password()
    user.save()
    assert client.get("/").status_code == 302

    expire_sessions(now=timezone.now() + HOUR / 60)
    assert why(session) == "", "one that began just now may not be stored yet"
    expire_sessions(now=timezone.now() + HOUR)

    assert why(session) == Why.CUT_OFF


def test_it_ends_once():
    session = PortalSessionFactory(started_at=NOON)
    end_session(session_id=session.pk, why=Why.SIGNED_OUT, now=NOON + HOUR)
    end_session(session_id=session.pk, why=Why.REPLACED, now=NOON + 2 * HOUR)

    assert (why(session), session.ended_at) == (Why.SIGNED_OUT, NOON + HOUR)


def test_the_row_stays_when_djangos_session_goes():
    session = alive(PortalSessionFactory(), until=NOON)
    note_expired_sessions()
    Session.objects.all().delete()

    assert why(session) == Why.EXPIRED
    with pytest.raises(InternalError, match="Cannot delete"):
        session.delete()


def test_how_it_began_can_not_be_changed():
    session = PortalSessionFactory()
    session.origin = PortalSession.Origin.QR

    with pytest.raises(InternalError, match="Cannot update"):
        session.save()


def test_a_page_writes_nothing_of_it(guarantor):
    client = sign_in(guarantor)
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert [query["sql"] for query in queries if "portal_sessions" in query["sql"]] == []


def test_beat_sends_it():
    assert note_expired_sessions.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
