"""A file that brings another email address for an account: its reader confirms it first, as when staff change one."""

import pytest

from notifications.models import Message
from pops.core.access.services import get_pops_user
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Group
from pops.logins.addresses import confirm_email, withdraw_email_change
from pops.logins.models import EmailChange
from pops.logins.newcomers import let_newcomers_in
from receipts.notices import messages_of
from tests.factories.accounts import GuarantorFactory, UserFactory, link
from tests.factories.imports import bring
from tests.factories.staff import MANAGER, member
from tests.moments import NOON

OLD, NEW = "eleni@example.com", "eleni.new@example.com"
HEAD = "account_number,name,email,phone\n"
OTHER = "email is another than on file, which stays until the reader of the new one has confirmed it"


@pytest.fixture
def eleni(clinic):
    return GuarantorFactory(name="Eleni", account_number="48245", email=OLD, group=Group.objects.get())


@pytest.fixture
def address(load):
    """Bring an address for her account."""
    return lambda email, number="48245": load(f"{HEAD}{number},Eleni Papadopoulou,{email},555 0199\n")


def on_file(guarantor):
    guarantor.refresh_from_db()
    return guarantor.email


def posted():
    return list(Message.objects.filter(kind__startswith="address").order_by("-kind").values_list("kind", "to"))


def test_its_reader_is_asked_the_old_one_told_and_the_rest_is_loaded(eleni, address, pay):
    run = address(NEW)

    assert (run.state, run.changed, run.noticed) == ("done", 1, 1)
    assert run.notices == [[2, f"{OTHER}: they are asked to"]]
    assert on_file(eleni) == eleni.account_logins.get().user.email == OLD
    assert (eleni.name, eleni.phone) == ("Eleni Papadopoulou", "555 0199")
    assert posted() == [("address_confirm", NEW), ("address_asked", OLD)]
    change = EmailChange.objects.get()
    assert (change.asked_by.name, change.reason) == ("POPS", f"Import {run.pk}: accounts.csv")
    assert messages_of(pay(eleni)).get().to == OLD


def test_once_confirmed_it_is_used_and_the_login_follows(eleni, address, pay):
    address(NEW)

    assert confirm_email(change_id=EmailChange.objects.get().pk, fact="48245", now=NOON)

    assert on_file(eleni) == NEW
    assert eleni.account_logins.get().user.email == NEW
    assert messages_of(pay(eleni)).get().to == NEW
    again = address(NEW)
    assert (again.unchanged, again.noticed) == (1, 0)


def test_the_same_row_again_says_that_it_waits_and_asks_nobody(eleni, address):
    address(NEW)
    again = address(NEW.upper())

    assert (again.unchanged, again.noticed) == (1, 1)
    assert again.notices == [[2, "email waits: its reader was asked to confirm it. Until then the one on file stays"]]
    assert len(posted()) == 2


@pytest.mark.parametrize("ending", ["withdrawn", "too old"])
def test_what_came_to_nothing_is_not_asked_again_by_each_file(eleni, address, ending, monkeypatch):
    address(NEW)
    if ending == "withdrawn":
        withdraw_email_change(guarantor_id=eleni.pk, now=NOON)
    else:
        monkeypatch.setattr("tests.factories.imports.NOON", NOON + EmailChange.GOOD_FOR)

    again = address(NEW)

    assert "email was asked for before and not confirmed." in again.notices[0][1]
    assert (on_file(eleni), len(posted())) == (OLD, 2)


def test_a_third_address_replaces_the_one_that_waits(eleni, address):
    address(NEW)
    address("third@example.com")

    waiting = EmailChange.objects.get(ended_at=None)
    assert (waiting.new_email, EmailChange.objects.count()) == ("third@example.com", 2)


def test_a_file_that_does_not_know_of_a_change_here_does_not_take_it_back(eleni, address):
    address(NEW)
    confirm_email(change_id=EmailChange.objects.get().pk, fact="48245", now=NOON)

    late = address(OLD)

    assert late.notices == [[2, "email is not taken: the guarantor confirmed another"]]
    assert (on_file(eleni), EmailChange.objects.count()) == (NEW, 1)


def test_a_first_address_is_used_at_once_and_other_letters_of_the_same_too(clinic, address):
    nobody = GuarantorFactory(account_number="1", email="", group=Group.objects.get(), login=False)

    assert address("first@example.com", number="1").noticed == 0
    assert on_file(nobody) == "first@example.com"
    assert address("First@example.com", number="1").changed == 1
    assert on_file(nobody) == "First@example.com"
    assert address("x@example.com", number="2").new == 1
    assert posted() == []


def test_emptied_and_filled_anew_it_is_a_changed_one(eleni, address):
    """The login still has the address of before."""
    address("")
    assert on_file(eleni) == ""

    run = address(NEW)

    assert run.noticed == 1
    assert on_file(eleni) == ""
    assert posted() == [("address_confirm", NEW)]


def test_an_account_that_ended_gets_none_not_even_by_undoing_its_merge(eleni, address):
    other, clerk = GuarantorFactory(group=eleni.group), member(MANAGER)
    merge = merge_guarantors(merged_id=eleni.pk, into_id=other.pk, reason="One person", by=clerk)

    run = address(NEW)
    undo_merge(merge_id=merge.pk, reason="Two people", now=NOON, by=clerk)

    assert "the account is retired, or part of another" in run.notices[0][1]
    assert (on_file(eleni), posted()) == (OLD, [])


def test_a_check_and_a_bad_line_ask_nobody(eleni, load):
    row = f"48245,Eleni,{NEW},\n"

    assert load(HEAD + row, only_check=True).noticed == 1
    assert load(f"{HEAD}48245,,{NEW},\n", skip_bad=True).noticed == 0
    assert not EmailChange.objects.exists()


def test_a_newcomer_without_a_sign_in_yet_is_asked_too(clinic, address):
    address(OLD)
    run = address(NEW)

    assert run.noticed == 1
    let_newcomers_in(limit=10)
    assert confirm_email(change_id=EmailChange.objects.get().pk, fact="48245", now=NOON)
    assert Guarantor.objects.get().account_logins.get().user.email == NEW


def test_of_two_spouses_the_one_is_asked_whose_row_it_is(eleni, address):
    """The other one opens her account too."""
    spouse = GuarantorFactory(email=OLD, group=eleni.group)
    link(eleni, UserFactory(email=OLD))

    address(NEW)
    confirm_email(change_id=EmailChange.objects.get().pk, fact="48245", now=NOON)

    assert (on_file(eleni), on_file(spouse)) == (NEW, OLD)


def test_many_are_asked_in_as_many_statements_as_few(clinic, tmp_path, django_assert_max_num_queries):
    """A step's statements, whatever it holds: 5 of 20 and 500 of 2,000 rows change their address."""
    counts, _ = [], get_pops_user()
    for rows in (20, 2_000):
        numbers = [f"M{rows}-{n}" for n in range(rows)]
        first = HEAD + "".join(f"{number},Ann,{number}@example.com,\n" for number in numbers)
        bring(tmp_path / "first.csv", first)
        later = first
        for number in numbers[: rows // 4]:
            later = later.replace(f",{number}@example.com", f",{number}@example.org")
        with django_assert_max_num_queries(200) as queries:
            run = bring(tmp_path / "later.csv", later)
        assert (run.noticed, run.unchanged) == (rows // 4, rows)
        counts.append(len(queries))

    assert EmailChange.objects.count() == 505
    assert Message.objects.filter(queued_at__isnull=False).count() == 1_010
    assert counts[0] == counts[1]
