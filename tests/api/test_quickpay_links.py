"""QuickPay links by the API: told once, listed without where they lead, revoked."""

import pytest
from django.db import connection

from pops.quickpay.models import Link
from pops.quickpay.services import find_link, why_not_enter
from pops.web.api.models import SentCall
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarantor(practice):
    return GuarantorFactory(account_number="00123")


def test_a_link_is_made_told_and_revoked(guarantor):
    system = caller()
    body = {"account_number": "00123", "origin": "text", "good_for_days": 3}

    made = system.post("/quickpay-links", body, Idempotency_Key="a")

    assert made.status_code == 201
    address, told = made.json()["address"], made.json()["link"]
    link = Link.objects.get()
    token = address.rstrip("/").rpartition("/")[2]
    assert find_link(token) == link
    assert (link.made_by, link.origin, (link.good_until - link.made_at).days) == (system.account.user, "text", 3)
    # A copy of the call is told the same, though only the hash is kept.
    copy = system.post("/quickpay-links", body, Idempotency_Key="a")
    assert (copy.status_code, copy.json()["address"], Link.objects.count()) == (201, address, 1)
    assert token.encode() not in bytes(SentCall.objects.get().body)
    # After a backup was restored, its row's id may come again: for another call, whose link is another.
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE api_sentcall_id_seq RESTART WITH %s", [SentCall.objects.get().pk])
    SentCall.objects.all().delete()
    other = system.post("/quickpay-links", body, Idempotency_Key="b")
    assert (other.json()["address"] != address, Link.objects.count()) == (True, 2)
    Link.objects.exclude(pk=link.pk).update(guarantor=GuarantorFactory())
    [listed] = system.get("/quickpay-links?account_number=00123").json()["items"]
    assert (listed, token in str(listed)) == (told, False)

    over = system.post(f"/quickpay-links/{link.pk}/revoke")
    assert over.json()["is_good"] is False
    assert why_not_enter(find_link(token), now=link.made_at).code == "revoked"
    assert system.post(f"/quickpay-links/{link.pk}/revoke").status_code == 409


def test_no_link_is_made_for_nobody_or_where_quickpay_is_off(guarantor):
    system = caller()
    assert system.post("/quickpay-links", {"account_number": "9", "origin": "qr"}).json()["errors"] == [
        {"pointer": "#/account_number", "detail": "There is no guarantor with this account number.", "code": "invalid"}
    ]
    guarantor.group.quickpay = False
    guarantor.group.save()
    refused = system.post("/quickpay-links", {"account_number": "00123", "origin": "qr"})
    assert (refused.status_code, refused.json()["code"]) == (409, "off")
