"""Session Usage counts the sessions that the portal's own pages began, by day, group, origin, method and outcome."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from payments.models import Payment
from payments.reports.usage import SessionUsage
from pops.sessions.mirroring import begin_mirror
from pops.sessions.models import PortalSession
from tests.browsing import PHONE, problems_of
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.payments import PaymentFactory
from tests.factories.practice import GroupFactory
from tests.factories.sessions import PortalSessionFactory
from tests.factories.staff import MANAGER, member
from tests.sessions.signing_in import sign_in

REPORT = SessionUsage()
Origin, Authentication = PortalSession.Origin, PortalSession.Authentication
# 11 PM in New York; an hour later it is the next day there.
LATE = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC)
# The text of cells that stands in their neighbours'.
RUNS_OVER = "cells => cells.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def ruth(practice):
    return member(MANAGER)


def ask(user, **given):
    question = REPORT.ask({**MARCH, **given}, user=user, today=dt.date(2026, 3, 4))
    assert not question.wrong
    return question


def numbers(user, by, **given):
    """Sessions by the words of a group."""
    (section,) = REPORT.sections(ask(user, by=by, **given), user)
    return {row.words: row.sums[0] for row in section.rows if row.sums[0]}


def totals(user, **given):
    return {total.measure.label: total.value for total in REPORT.totals(ask(user, **given), user)}


@pytest.fixture
def used(ruth, mail_at_once):
    """Two came by mail, one of them twice; one by a QuickPay link; one was looked at by staff; one the next day."""
    kids = GroupFactory(name="Lakeside Kids")
    maria, leo = GuarantorFactory(account_number="48210"), GuarantorFactory(account_number="48211", group=kids)
    ServiceLineFactory(guarantor=leo, billed_cents=5000)
    with time_machine.travel(LATE, tick=False):
        sign_in(maria, "/receipts/?via=email")
        sign_in(leo, "/?via=email")
        first, second = PortalSession.objects.order_by("pk")
        PaymentFactory(guarantor=maria, session=first, state=Payment.State.ABANDONED)
        PaymentFactory(guarantor=leo, session=second, state=Payment.State.STARTED)
        begin_mirror(
            guarantor_id=maria.pk, authentication=Authentication.MFA, reason="On the phone", key="k", now=LATE, by=ruth
        )
    with time_machine.travel(LATE + dt.timedelta(hours=2), tick=False):
        sign_in(maria)
    PortalSessionFactory(guarantor=leo, origin=Origin.QR, authentication=Authentication.QUICKPAY, started_at=LATE)
    return maria, kids


def test_by_day_group_origin_method_and_outcome(used, ruth):
    maria, _ = used

    assert totals(ruth) == {
        "Sessions": 4, "Guarantors": 2, "Paid": 0, "Not known yet": 0, "Unsuccessful": 0, "Begun, not finished": 2,
        "No payment": 2,
    }  # fmt: skip
    assert numbers(ruth, "day") == {"March 2, 2026": 3, "March 3, 2026": 1}
    assert numbers(ruth, "month") == {"March 2026": 4}
    assert numbers(ruth, "year") == {"2026": 4}
    assert numbers(ruth, "group") == {maria.group.name: 2, "Lakeside Kids": 2}
    assert numbers(ruth, "origin") == {"Email link": 2, "Direct": 1, "QR code": 1}
    assert numbers(ruth, "authentication") == {"MFA": 3, "QuickPay": 1}
    assert numbers(ruth, "outcome") == {"Begun, not finished": 2, "No payment": 2}
    assert numbers(ruth, "guarantor") == {"48210": 2, "48211": 2}


def test_it_is_narrowed_by_each_of_them(used, ruth):
    _, kids = used
    counts = {
        ("group", str(kids.pk)): 2,
        ("not_group", str(kids.pk)): 2,
        ("origin", "email"): 2,
        ("origin", "email,qr"): 3,
        ("guarantor", "48210"): 2,
        ("not_guarantor", "48210,48211"): 0,
        ("authentication", "quickpay"): 1,
        ("outcome", "begun"): 2,
        ("outcome", "unsuccessful"): 0,
        ("from", "2026-03-03"): 1,
    }

    assert {(name, value): totals(ruth, **{name: value})["Sessions"] for name, value in counts} == counts


def test_unsuccessful_payments_are_found(used, ruth, pay):
    session = PortalSessionFactory(started_at=LATE)
    payment = PaymentFactory(session=session, guarantor=session.guarantor)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.RETURNED)

    assert totals(ruth, outcome="unsuccessful")["Unsuccessful"] == 1
    table = REPORT.table(ask(ruth, outcome="unsuccessful"), ruth)
    (row,) = table.rows
    assert dict(zip([column.name for column in table.columns], row, strict=True)) == {
        "begun": LATE, "guarantor": session.guarantor.account_number, "group": session.group.name, "origin": "Direct",
        "authentication": "MFA", "outcome": "Unsuccessful", "ended": None, "session": session.pk,
    }  # fmt: skip


def test_the_detail_counts_by_day_with_a_column_for_each_group(used, ruth):
    question = ask(ruth, detail="day", by="origin,group", sort="begun")
    page, table = REPORT.page(question, ruth), REPORT.table(question, ruth)

    maria = used[0]
    assert [column.label for column in table.columns][:4] == ["Date", "Origin", "Group", "Sessions"]
    second = dt.date(2026, 3, 2)
    assert [row[:4] for row in page.rows] == [
        (second, "Email link", maria.group.name, 1),
        (second, "Email link", "Lakeside Kids", 1),
        (second, "QR code", "Lakeside Kids", 1),
        (second + dt.timedelta(days=1), "Direct", maria.group.name, 1),
    ]
    assert list(table.rows) == page.rows
    assert REPORT.count(question, ruth, most=100) == 4


@pytest.mark.parametrize("detail", ["month", "year", "authentication", "outcome", "session"])
def test_each_kind_of_detail_adds_up(used, ruth, detail):
    rows = list(REPORT.table(ask(ruth, detail=detail), ruth).rows)

    assert (len(rows) if detail == "session" else sum(row[1] for row in rows)) == 4


def test_no_name_is_told(used, ruth):
    everything = [
        str([*REPORT.table(ask(ruth, **more), ruth).rows, *REPORT.said(ask(ruth, **more), ruth)])
        for more in ({}, {"detail": "day", "by": "guarantor"}, {"guarantor": "48210"})
    ]

    assert all("48210" in text for text in everything)
    assert not any("Maria" in text for text in everything)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"group": "9999"}, "POPS Group 9999 is not there any more. Choose others from the list."),
        ({"guarantor": "no one"}, "There is no guarantor with the ID “no one”. Type IDs with commas between them."),
        ({"origin": "fax"}, "Origin: there is no “fax”. Choose from the list."),
        ({"detail": "hour"}, "Detail by: there is no “hour”. Choose from the list."),
        ({"by": "hour"}, "There is no group “hour”. Choose from the list."),
        ({"from": "2026-02-31"}, "There is no February 31, 2026: February has 28 days."),
        ({"from": "2026-04-02"}, "The span ends before it begins: April 2, 2026 is after March 31, 2026."),
    ],
)
def test_what_is_odd_is_answered_in_words(ruth, given, words):
    question = REPORT.ask({**MARCH, **given}, user=ruth, today=dt.date(2026, 3, 4))

    assert " ".join(question.wrong.values()).startswith(words)


@pytest.mark.django_db(transaction=True)
def test_its_page_can_be_read_on_a_phone_and_leads_to_each_session(page, live_server, sign_in, practice):
    ruth = member(MANAGER)
    session = PortalSessionFactory(started_at=timezone.now())
    sign_in(ruth).goto(f"{live_server.url}/admin/desk/reports/session-usage/?span=today&by=origin,group")

    assert problems_of(page) == []
    page.set_viewport_size(PHONE)
    assert page.locator("#detail td").evaluate_all(RUNS_OVER) == []
    chart = page.get_by_role("img", name="Sessions by origin")
    assert "Direct" in chart.locator("desc").text_content()
    page.locator("#detail").get_by_role("link", name=str(session.pk), exact=True).click()
    assert page.url.endswith(reverse("admin:portal_sessions_portalsession_change", args=[session.pk]))
