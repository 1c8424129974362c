"""A changed address that several accounts share, or that one is looked after by: who follows, and who stays."""

import pytest

from pops.core.access.models import User
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from pops.logins.addresses import find_change
from pops.logins.notices import make_token
from pops.logins.selectors import find_own_login
from receipts.notices import messages_of
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.staff import DESK, member
from tests.logins.changing import NEW, OLD, ask, confirm, signs_in
from tests.moments import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once", "at_noon")]


@pytest.fixture
def dana(practice):
    return member(DESK, name="Dana Whitfield")


def test_the_spouse_with_the_same_address_keeps_it(change, eleni):
    spouse = GuarantorFactory(email=OLD)
    confirm(change)

    spouse.refresh_from_db()
    assert (spouse.email, login_of(spouse).email) == (OLD, OLD)
    assert signs_in(OLD)


def test_an_account_that_is_looked_after_by_the_old_address_follows(change, eleni):
    mothers = GuarantorFactory(email=OLD, login=False)
    link(mothers, login_of(eleni))
    confirm(change)

    mothers.refresh_from_db()
    assert mothers.email == NEW


def test_an_account_with_a_login_of_its_own_does_not(change, eleni):
    mothers = GuarantorFactory(email=OLD)
    link(mothers, login_of(eleni))
    confirm(change)

    mothers.refresh_from_db()
    assert (mothers.email, login_of(mothers).email) == (OLD, OLD)


def test_an_account_looked_after_gets_an_address_of_its_own_and_the_login_stays(eleni, dana):
    mothers = GuarantorFactory(account_number="48294", email=OLD, login=False)
    link(mothers, login_of(eleni))

    confirm(ask(mothers, dana, "mother@example.com"), "48294")

    mothers.refresh_from_db()
    assert mothers.email == "mother@example.com"
    assert login_of(eleni).email == OLD
    assert find_own_login(mothers) is None, "an address alone gives nobody a sign-in where one is there"


def test_a_change_of_an_account_that_was_merged_waits_in_vain_until_that_is_undone(change, eleni, dana):
    again = GuarantorFactory(account_number="48999", email=OLD)
    ask(again, dana, "third@example.com")
    merge = merge_guarantors(merged_id=eleni.pk, into_id=again.pk, reason="Twice", by=dana)

    assert find_change(make_token(change), now=NOON) is None
    with pytest.raises(Refused):
        confirm(change)
    with pytest.raises(Refused, match="was merged into"):
        ask(Guarantor.objects.get(pk=eleni.pk), dana, "fourth@example.com")
    undo_merge(merge_id=merge.pk, reason="Two people", now=NOON, by=dana)
    assert confirm(change)


def test_history_says_who_asked_and_why(change, eleni, dana):
    confirm(change)

    for event in (eleni.events.latest("pgh_id"), User.pgh_event_model.objects.latest("pgh_id")):
        assert event.email == NEW
        facts = event.pgh_context.metadata
        assert (facts["user"], facts["reason"]) == (dana.pk, "She asked by phone.")


def test_a_mail_queued_before_goes_where_it_was_meant(change, eleni, pay):
    receipt = pay(eleni)
    confirm(change)

    assert messages_of(receipt).get().to == OLD
