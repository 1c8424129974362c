"""After a test that committed nothing is left, of those either who are still at work when it ends."""

import threading

import pytest
from django.contrib.auth.models import Group as Role
from django.db import connection, transaction
from django.test import TransactionTestCase

from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Facility
from tests.emptying import empty_database
from tests.factories.accounts import GuarantorFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def empty():
    """As after a test; not the first of its process, which Django's flush follows."""

    def empty():
        empty_database(TransactionTestCase())

    empty()
    return empty


def test_a_worker_at_its_last_task_is_waited_for(empty):
    GuarantorFactory()
    holds, goes_on = threading.Event(), threading.Event()

    def work():
        """As rendering a PDF does: a row is held, and another is written later."""
        with transaction.atomic():
            Guarantor.objects.select_for_update().get()
            holds.set()
            goes_on.wait(60)
            Facility.objects.create(name="Written at last")
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    holds.wait(60)
    timer = threading.Timer(0.3, goes_on.set)
    timer.start()
    empty()
    worker.join()

    assert not Facility.objects.exists()
    assert not Guarantor.objects.exists()


def test_rights_that_a_test_changed_are_made_anew(empty):
    Role.objects.get(name="Front desk").permissions.clear()

    empty()

    assert Role.objects.get(name="Front desk").permissions.exists()
