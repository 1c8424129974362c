"""Two changes of an address at the same moment: one of them is done, whole, and nothing is lost or half done."""

import pytest
from django.utils import timezone

from notifications.models import Message
from pops.core.accounts.profile import change_preferred_name, choose_notices
from pops.core.refusals import Refused
from pops.logins.addresses import change_email, change_own_email, confirm_email, confirm_own_email
from pops.logins.models import EmailChange, PhoneChange
from pops.logins.notices import make_code
from pops.logins.phones import ask_phone_change, decline_phone, take_phone
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.staff import DESK, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eleni(practice):
    return GuarantorFactory(name="Eleni Papadopoulou", account_number="48245", email="eleni@example.com")


def ask(guarantor, email, by=None):
    by = by or login_of(guarantor)
    return change_own_email(guarantor_id=guarantor.pk, new_email=email, now=timezone.now(), by=by)


def confirm(change, code=None):
    try:
        return confirm_own_email(change_id=change.pk, code=code or make_code(change), now=timezone.now())
    except Refused as refusal:
        return refusal.code


def wrong_for(change):
    return "000000" if make_code(change) != "000000" else "111111"


def test_of_many_that_are_asked_for_one_stays_open(eleni):
    run_together([lambda n=n: ask(eleni, f"eleni{n}@example.com") for n in range(8)])

    assert EmailChange.objects.filter(ended_at=None).count() == 1
    assert EmailChange.objects.count() == 8


def test_a_code_that_is_typed_in_two_windows_is_used_once(eleni):
    change = ask(eleni, "new@example.com")

    results = run_together([lambda: confirm(change)] * 8)

    assert sorted(map(str, results)) == ["True"] + ["over"] * 7
    assert Message.objects.filter(kind="address_changed").count() == 1
    eleni.refresh_from_db()
    assert (eleni.email, login_of(eleni).email) == ("new@example.com", "new@example.com")


def test_guesses_at_once_are_all_counted(eleni):
    change = ask(eleni, "new@example.com")

    results = run_together([lambda: confirm(change, wrong_for(change))] * 12)

    assert results.count(False) == EmailChange.GUESSES
    assert confirm(change) == "over"


def test_staff_and_the_guarantor_change_it_at_once(eleni):
    by = member(DESK)
    jobs = [
        lambda: ask(eleni, "hers@example.com"),
        lambda: change_email(
            guarantor_id=eleni.pk, new_email="desk@example.com", reason="By phone", now=timezone.now(), by=by
        ),
    ]

    run_together(jobs * 4)

    change = EmailChange.objects.get(ended_at=None)
    if change.by_code:
        assert confirm(change)
    else:
        assert confirm_email(change_id=change.pk, fact="48245", now=timezone.now())
    eleni.refresh_from_db()
    assert eleni.email == login_of(eleni).email == change.new_email


def test_own_and_mothers_address_are_confirmed_at_once(eleni):
    """The mother's account has the daughter's address and would follow it: what was confirmed for it alone stays."""
    mother = GuarantorFactory(name="Odette", email=eleni.email, login=False)
    link(mother, login_of(eleni))
    for n in range(6):
        own = ask(eleni, f"own{n}@example.com")
        hers = ask(mother, f"hers{n}@example.com", by=login_of(eleni))

        assert run_together([lambda own=own: confirm(own), lambda hers=hers: confirm(hers)]) == [True, True]

        eleni.refresh_from_db()
        mother.refresh_from_db()
        assert (eleni.email, mother.email) == (f"own{n}@example.com", f"hers{n}@example.com")
        mother.email = eleni.email
        mother.save()


def test_an_address_and_what_else_is_theirs_to_say_do_not_undo_each_other(eleni):
    change, user = ask(eleni, "new@example.com"), login_of(eleni)
    run_together(
        [
            lambda: confirm(change),
            lambda: change_preferred_name(guarantor_id=eleni.pk, name="Elenitsa", by=user),
            lambda: choose_notices(guarantor_id=eleni.pk, channel="paper", now=timezone.now(), by=user),
        ]
    )

    eleni.refresh_from_db()
    assert (eleni.email, eleni.preferred_name, eleni.notices_by) == ("new@example.com", "Elenitsa", "paper")


def test_of_phone_numbers_one_waits_and_is_decided_once(eleni):
    user, desk = login_of(eleni), member(DESK)
    run_together(
        [
            lambda n=n: ask_phone_change(
                guarantor_id=eleni.pk, new_phone=f"555 010 400{n}", now=timezone.now(), by=user
            )
            for n in range(6)
        ]
    )
    change = PhoneChange.objects.get(state="waiting")

    def decide(act):
        try:
            act(change_id=change.pk, note="Called", now=timezone.now(), by=desk)
        except Refused as refusal:
            return refusal.code
        return act.__name__

    results = run_together([lambda: decide(take_phone), lambda: decide(decline_phone)] * 3)

    (done,) = set(results) - {"over"}
    eleni.refresh_from_db()
    change.refresh_from_db()
    assert results.count("over") == 5
    assert (eleni.phone == change.new_phone) == (done == "take_phone") == (change.state == "confirmed")
