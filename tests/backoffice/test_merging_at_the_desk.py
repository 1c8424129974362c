"""A manager finds the other account of a person, sees what goes over, merges, and undoes it."""

import pytest
from django.urls import reverse

from pops.core.accounts.models import GuarantorMerge
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, take
from tests.factories.staff import MANAGER, member


@pytest.fixture
def ruth(practice):
    return member(MANAGER, name="Ruth Okafor")


@pytest.fixture
def client(ruth, client_of):
    return client_of(ruth)


@pytest.fixture
def twice():
    into = GuarantorFactory(name="Maria Alvarez", account_number="48210")
    merged = GuarantorFactory(name="Maria Alvares", account_number="W100001", phone="555 010 7777")
    ServiceLineFactory(guarantor=merged, billed_cents=12345)
    return into, merged


def test_the_other_account_is_found_compared_and_merged(client, twice):
    into, merged = twice
    page = client.get(reverse("backoffice:merge", args=[into.pk]), {"q": "maria"}).content.decode()
    address = reverse("backoffice:merge_with", args=[into.pk, merged.pk])
    assert address in page
    assert reverse("backoffice:merge_with", args=[into.pk, into.pk]) not in page

    page = client.get(address).content.decode()
    for words in ("Maria Alvares", "Maria Alvarez", "555 010 7777", "$123.45", "W100001 ends", "48210 stays"):
        assert words in page, words
    assert client.post(address, {"reason": ""}).status_code == 422

    answer = client.post(address, {"reason": "The same person"}, follow=True)

    page = answer.content.decode()
    assert "Maria Alvares (W100001) is part of this account now." in page
    assert "The same person" in page
    assert get_balances(into).current_cents == 12345


def test_a_merge_is_undone_from_either_page(client, twice):
    into, merged = twice
    client.post(reverse("backoffice:merge_with", args=[into.pk, merged.pk]), {"reason": "The same person"})
    undo = reverse("backoffice:undo_merge", args=[GuarantorMerge.objects.get().pk])
    for guarantor in twice:
        page = client.get(reverse("admin:accounts_guarantor_change", args=[guarantor.pk])).content.decode()
        assert undo in page

    answer = client.post(undo, {"reason": "They are sisters"}, follow=True)

    assert "The merge is undone." in answer.content.decode()
    assert get_balances(merged).current_cents == 12345


def test_taking_money_on_the_old_number_leads_to_the_account_that_stays(client, ruth, twice):
    into, merged = twice
    client.post(reverse("backoffice:merge_with", args=[into.pk, merged.pk]), {"reason": "The same person"})

    answer = client.get(reverse("backoffice:take", args=[merged.pk]), follow=True)

    assert "This account was merged into Maria Alvarez (48210). Use that one." in answer.content.decode()


def test_what_keeps_a_merge_from_being_undone_is_said_before_it_is_tried(client, ruth, twice):
    into, merged = twice
    client.post(reverse("backoffice:merge_with", args=[into.pk, merged.pk]), {"reason": "The same person"})
    batch_of(ruth)
    take(ruth, guarantor=into)

    page = client.get(reverse("backoffice:undo_merge", args=[GuarantorMerge.objects.get().pk])).content.decode()

    assert "Money has come or was applied since" in page
    assert "<textarea" not in page
