"""Balance notices by the API: sent as staff send them, refused in the same words, listed with what became of them."""

import pytest

from pops.balance_notices.models import BalanceNotice, TextConsent
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import caller
from tests.factories.practice import GroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarantor(practice, settings):
    settings.TEXTS_ARE_ON = True
    return GuarantorFactory(account_number="00123", group=GroupFactory(text_notices=True), phone="(312) 555-0142")


def test_a_notice_is_sent_and_listed(guarantor):
    system = caller()

    sent = system.post("/balance-notices", {"account_number": "00123", "channel": "email"})

    assert sent.status_code == 201
    told = sent.json()
    assert (told["state"], told["is_asked"], told["account_number"]) == ("queued", True, "00123")
    assert BalanceNotice.objects.get().asked_by == system.account.user
    assert system.get("/balance-notices?account_number=00123").json()["items"] == [told]
    assert system.get("/balance-notices?account_number=9").json()["items"] == []


def test_a_text_takes_the_guarantors_word(guarantor):
    system = caller()
    body = {"account_number": "00123", "channel": "text"}

    refused = system.post("/balance-notices", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_consent")
    assert system.post("/balance-notices", {**body, "has_agreed": True}).status_code == 201
    assert TextConsent.objects.get().taken_by == system.account.user
