"""An address or a phone that a guarantor confirmed is theirs: no import changes it, and the report says so."""

import pytest
from django.utils import timezone

from pops.core.accounts.models import Guarantor
from tests.factories.imports import GUARANTORS

NEXT = "account_number,name,email,phone\n00123,Maria Ruiz,old@example.com,(555) 010-9999\n"


@pytest.fixture
def maria(load):
    load(GUARANTORS)
    return Guarantor.objects.get()


def test_a_phone_that_was_never_confirmed_is_brought_up_to_date(load, maria):
    """An address is put to its reader first: see test_addresses_that_a_file_changes.py."""
    load(NEXT)

    maria.refresh_from_db()
    assert (maria.email, maria.phone) == ("maria@example.com", "(555) 010-9999")


def test_what_was_confirmed_stays_and_the_rest_of_the_line_comes_in(load, maria):
    maria.email_confirmed_at = maria.phone_confirmed_at = timezone.now()
    maria.preferred_name, maria.notices_by, maria.notices_chosen_at = "Mia", "paper", timezone.now()
    maria.save()

    run = load(NEXT)

    maria.refresh_from_db()
    assert (maria.name, maria.email, maria.phone) == ("Maria Ruiz", "maria@example.com", "(555) 010-3000")
    assert (maria.preferred_name, maria.notices_by) == ("Mia", "paper")
    assert (run.state, run.changed) == ("done", 1)
    assert run.notices == [
        [2, "email is not taken: the guarantor confirmed another"],
        [2, "phone is not taken: the guarantor confirmed another"],
    ]


def test_an_empty_cell_empties_nothing_that_was_confirmed(load, maria):
    maria.email_confirmed_at = timezone.now()
    maria.save()

    load("account_number,name,email,phone\n00123,Maria Alvarez,,\n")

    maria.refresh_from_db()
    assert (maria.email, maria.phone) == ("maria@example.com", "")


def test_the_same_file_again_changes_nothing_and_says_nothing(load, maria):
    maria.email_confirmed_at = timezone.now()
    maria.save()

    run = load(GUARANTORS.replace("maria@example.com", "Maria@Example.com"))

    assert (run.unchanged, run.notices) == (1, [])


def test_a_file_without_these_columns_is_loaded_as_before(load, maria):
    maria.email_confirmed_at = maria.phone_confirmed_at = timezone.now()
    maria.save()

    run = load("account_number,name\n00123,Maria Ruiz\n")

    assert (run.state, run.changed, run.notices) == ("done", 1, [])
