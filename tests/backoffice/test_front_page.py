"""The admin's front page says first what can't wait."""

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_permission_codename
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from payments.models import Payment
from tests.factories.desk import batch_of, take
from tests.factories.payments import PaymentFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member


def front(client):
    return client.get("/admin/").content.decode()


def view_of(model):
    return f"{model.app_label}.{get_permission_codename('view', model)}"


@pytest.mark.parametrize("role", [MANAGER, ADMIN])
def test_every_list_that_somebody_may_see_is_a_click_away(client_of, practice, role):
    somebody = member(role)
    theirs = [model._meta for model in admin.site._registry if somebody.has_perm(view_of(model._meta))]

    page = front(client_of(somebody))

    assert [one.label for one in theirs if reverse(admin_urlname(one, "changelist")) not in page] == []


def test_what_is_open_from_earlier_days_stands_out_until_it_is_closed(client_of, open_batch):
    dana = member(DESK)
    client = client_of(dana)

    page = front(client)
    assert "Still open from earlier days" in page
    assert reverse("admin:batches_referencebatch_change", args=[open_batch.pk]) in page
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana)
    assert "Still open from earlier days" not in front(client)


def test_the_online_payments_of_today_are_a_click_away(client_of, practice, pay):
    batch = pay(at=timezone.now()).batch

    page = client_of(member(DESK)).get("/admin/").content.decode()

    assert "API Payments" in page
    assert reverse("admin:batches_referencebatch_change", args=[batch.pk]) in page
    assert "$50.00" in page


def test_my_batch_and_what_waits_for_a_decision(client_of, practice):
    dana = member(DESK)
    client = client_of(dana)
    assert "You work in no batch." in front(client)
    batch_of(dana, "Mail of Monday")
    take(dana)
    PaymentFactory(state=Payment.State.REVIEW, amount_cents=700)

    page = front(client)

    assert "Mail of Monday" in page
    assert "1 receipt" in page
    assert "$50.00" not in page
    assert "Payment to decide" in page
    assert "Still open" not in page


def test_every_number_of_a_batch_leads_to_its_receipts(client_of, open_batch, pay):
    dana = member(MANAGER)
    client = client_of(dana)
    batch = batch_of(dana)
    take(dana)
    for which in (batch, open_batch):
        page = client.get(reverse("admin:batches_referencebatch_change", args=[which.pk])).content.decode()
        links = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]}
        lists = {link for link in links if link.startswith("/admin/receipts/receipt/?")}
        assert len(lists) >= 7
        for link in lists:
            answer = client.get(link)
            assert answer.status_code == 200, link
            shown = "shown=" not in link or "shown=received" in link or "shown=escrow" in link
            there = shown and "postings" not in link and "disbursements" not in link
            assert ("1 receipt" in answer.content.decode()) == there, link
