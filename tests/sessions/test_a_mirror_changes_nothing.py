"""Every address of the portal in a mirror, by every method: nothing is written, nothing is asked of Stripe."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.sessions.models import PortalSession
from pops.web.portal import home
from pops.web.portal.mirror.middleware import SHOWN
from pops.web.portal.urls import urlpatterns
from tests.addresses import patterns_of
from tests.factories.accounts import ServiceLineFactory, StatementFactory, login_of
from tests.portal.owned import ids_of
from tests.sessions.looking import open_mirror

PATTERNS = list(patterns_of(urlpatterns))
UNSAFE = ["post", "put", "patch", "delete"]
WRITES = re.compile(r"^\W*(SELECT set_config.*?; )?(INSERT|UPDATE|DELETE|CREATE|SELECT nextval)", re.DOTALL)


@pytest.fixture
def addresses(stripe_sandbox, guarantor, pay):
    """All of a guarantor's pages, by the names of their addresses."""
    type(guarantor.group).objects.update(appointments=True, appointment_requests=True, show_escrow=True)
    ServiceLineFactory(guarantor=guarantor)
    facts = {**ids_of(guarantor, pay), "token": "x"}
    return {
        name: reverse(name, kwargs={fact: facts[fact] for fact in pattern.pattern.converters})
        for name, pattern in PATTERNS
    }


@pytest.fixture
def staff(staff_user, client_of):
    return client_of(staff_user)


def writes(queries):
    return [query["sql"] for query in queries if WRITES.match(query["sql"]) and "django_session" not in query["sql"]]


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Guarantor, User)]


@pytest.mark.parametrize("method", UNSAFE)
def test_no_method_that_changes_something_gets_through(addresses, guarantor, staff, stripe_sandbox, method):
    mirror = open_mirror(staff, guarantor)
    before, asked = rows(), len(stripe_sandbox.events)

    with CaptureQueriesContext(connection) as queries:
        answers = {
            name: getattr(staff, method)(f"{mirror}{address[1:]}", {"choice": "current", "account": guarantor.pk})
            for name, address in addresses.items()
        }

    assert len(answers) > 20
    assert {answer.status_code for answer in answers.values()} == {403}
    assert all("Nothing was changed" in answer.content.decode() for answer in answers.values())
    assert writes(queries) == []
    assert (rows(), len(stripe_sandbox.events)) == (before, asked)


def test_no_page_that_is_looked_at_changes_something(addresses, guarantor, staff, stripe_sandbox):
    mirror, asked = open_mirror(staff, guarantor), len(stripe_sandbox.events)
    unfrozen = StatementFactory(guarantor=guarantor)
    addresses["statements:detail"] = f"/statements/{unfrozen.pk}/"

    with CaptureQueriesContext(connection) as queries:
        answers = {name: staff.get(f"{mirror}{address[1:]}") for name, address in addresses.items()}

    assert {name for name, answer in answers.items() if answer.status_code == 403} == answers.keys() - SHOWN
    shown = {answers[name].status_code for name in SHOWN & answers.keys()}
    assert shown <= {200, 202, 302}
    assert SHOWN.isdisjoint({"payments:pay", "payments:returned", "payments:again", "preview", "profile_email_code"})
    assert writes(queries) == []
    assert len(stripe_sandbox.events) == asked


def test_by_a_link_no_page_but_the_balance_is_opened(addresses, guarantor, staff, stripe_sandbox):
    mirror, asked = open_mirror(staff, guarantor, by_link="on"), len(stripe_sandbox.events)

    with CaptureQueriesContext(connection) as queries:
        shown = {name for name, one in addresses.items() if staff.get(f"{mirror}{one[1:]}").status_code == 200}
        changed = {staff.post(f"{mirror}{one[1:]}", {"choice": "current"}).status_code for one in addresses.values()}

    assert (shown, changed) == ({"quickpay:start"}, {403})
    assert writes(queries) == []
    assert len(stripe_sandbox.events) == asked


def test_a_page_that_would_write_is_refused_by_the_database(guarantor, staff, monkeypatch):
    def write(request):
        Guarantor.objects.update(name="Somebody else")
        return HttpResponse("written")

    mirror = open_mirror(staff, guarantor)
    monkeypatch.setattr(home, "show", write)

    answer = staff.get(mirror)

    assert answer.status_code == 403
    assert "does something for the guarantor" in answer.content.decode()
    assert Guarantor.objects.get() == guarantor
    assert staff.get(f"{mirror}receipts/").status_code == 200


def test_it_uses_no_session_of_the_guarantors(guarantor, staff, client_of):
    theirs = client_of(guarantor)
    theirs.get("/")
    sessions, last = set(Session.objects.values_list("pk", flat=True)), login_of(guarantor).last_login
    mirror = open_mirror(staff, guarantor)

    for page in ("", "receipts/", "profile/", "pay/"):
        staff.get(f"{mirror}{page}")

    assert set(Session.objects.values_list("pk", flat=True)) == sessions
    assert login_of(guarantor).last_login == last
    assert staff.get("/admin/").status_code == 200
    assert theirs.get("/").status_code == 200
    assert PortalSession.objects.get().user is None
