"""The portal opens once every other step is done, by a person, and the trial account ends then."""

import datetime as dt

import pytest
from django.utils import timezone

from pops.core.practice.models import Practice
from pops.core.refusals import Refused
from pops.logins.trial import find_trial
from pops.web.backoffice.setup.opening import go_live
from pops.web.backoffice.setup.steps import look_at_steps
from receipts.owed import get_balances
from tests.factories.setup import (
    do_all_but_opening,
    enter_places,
    look_at,
    words_of,
)
from tests.factories.staff import ADMIN, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]


@pytest.fixture
def alex():
    return member(ADMIN, name="Alex Moreau", email="alex@example.com")


def test_the_portal_opens_once_all_steps_are_done_by_a_person_and_history_says_who(alex, stripe_sandbox):
    do_all_but_opening(stripe_sandbox, alex)
    looks = look_at_steps(now=timezone.now())
    assert [look.step.key for look in looks if not look.is_done] == ["opening"]
    now = timezone.now()

    go_live(looks=looks, now=now, by=alex)

    assert Practice.objects.get().opened_at == now
    assert "opened by Alex Moreau" in words_of(look_at("opening"))
    assert all(look.is_done for look in look_at_steps(now=timezone.now()))
    with pytest.raises(Refused, match="open already"):
        go_live(looks=looks, now=now + dt.timedelta(1), by=alex)


def test_the_trial_account_ends_when_the_portal_opens(alex, stripe_sandbox):
    do_all_but_opening(stripe_sandbox, alex)
    go_live(looks=look_at_steps(now=timezone.now()), now=timezone.now(), by=alex)

    trial = find_trial()
    assert get_balances(trial).current_cents == 0
    assert not trial.account_logins.get().user.is_active
    assert trial.receipts.count() == 2


def test_the_portal_does_not_open_before(alex):
    enter_places()

    with pytest.raises(Refused, match="These steps come first: Stripe; Mail; Accounts; A trial payment"):
        go_live(looks=look_at_steps(now=timezone.now()), now=timezone.now(), by=alex)

    assert not Practice.objects.get().is_open
