"""Who came by import with an address signs in by it within minutes."""

import pytest

from pops.logins.newcomers import let_newcomers_in
from pops.logins.selectors import find_people
from pops.logins.tasks import let_in
from tests.factories.accounts import GuarantorFactory, link, login_of

pytestmark = pytest.mark.django_db


def test_an_address_on_file_gives_a_sign_in_of_its_own():
    ana = GuarantorFactory(email="Ana@Example.com", login=False)
    GuarantorFactory(email="", login=False)
    GuarantorFactory(email="old@example.com", login=False, is_retired=True)

    let_in()

    assert login_of(ana).email == "ana@example.com"
    assert find_people("ana@example.com") == [login_of(ana)]
    assert find_people("old@example.com") == []
    assert let_newcomers_in(limit=10) == 0


def test_spouses_with_one_address_get_a_sign_in_each():
    ana, rui = GuarantorFactory.create_batch(2, email="silva@example.com", login=False)

    let_in()

    assert find_people("silva@example.com") == [login_of(ana), login_of(rui)]


def test_more_than_one_batch_is_let_in():
    GuarantorFactory.create_batch(3, login=False)

    assert [let_newcomers_in(limit=2), let_newcomers_in(limit=2), let_newcomers_in(limit=2)] == [2, 1, 0]


def test_who_is_looked_after_or_was_shut_out_by_a_person_gets_none():
    daughter = GuarantorFactory()
    mother = GuarantorFactory(email="mother@example.com", login=False)
    link(mother, login_of(daughter))
    ended = GuarantorFactory(email="ended@example.com")
    ended.account_logins.get().delete()

    let_in()

    assert find_people("mother@example.com") == []
    assert [link.guarantor for link in login_of(daughter).account_logins.order_by("pk")] == [daughter, mother]
    assert not ended.account_logins.exists()
