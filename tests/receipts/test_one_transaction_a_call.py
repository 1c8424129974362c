"""What a form or a call of the API does with money is one transaction. Savepoints in it would make its commit dear."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pops.core.refusals import Refused
from pops.core.transactions import Told, along, joined, whole
from pops.web.backoffice.once import do_once
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import caller
from tests.factories.desk import batch_of, take


def count_savepoints(do) -> int:
    """How often a savepoint was made. The first one is the transaction itself: a test has one around it."""
    with CaptureQueriesContext(connection) as queries:
        do()
    return sum("SAVEPOINT" in query["sql"] and "RELEASE" not in query["sql"] for query in queries)


def refuse_after(by):
    """A service that fails when its work is done."""
    with joined():
        take(by)
        raise Refused("no", "No.")


@pytest.mark.django_db
def test_of_a_payment_by_the_api(practice):
    api, guarantor = caller("payments:write"), GuarantorFactory()
    batch_of(api.account.user)
    cash = {"method": "cash", "amount_cents": 5000}
    body = {"account_number": guarantor.account_number, "channel": "mail", "tenders": [cash]}

    assert count_savepoints(lambda: api.post("/payments", body)) == 1
    assert Receipt.objects.count() == 1


@pytest.mark.django_db
def test_of_a_form_at_the_desk(dana):
    guarantor = GuarantorFactory()

    def job():
        return f"/{take(dana, guarantor=guarantor).pk}", "Taken"

    # One more, around the form's own row: another one of this id may be there.
    assert count_savepoints(lambda: do_once(form_id=None, by=dana, job=job)) == 2


@pytest.mark.django_db(transaction=True)
def test_what_fails_takes_all_of_it_away(dana):
    def fail_late():
        with whole():
            take(dana)
            refuse_after(dana)

    def go_on():
        with whole():
            try:
                refuse_after(dana)
            except Refused:
                take(dana)

    for fails, fault in (
        (fail_late, Refused),
        (lambda: refuse_after(dana), Refused),
        (go_on, transaction.TransactionManagementError),
    ):
        with pytest.raises(fault):
            fails()

    assert not Receipt.objects.exists()


NOTE = "SELECT set_config('pops.note', %s, true)"
TELL = "DO $$ BEGIN RAISE INFO 'seen: %%', 1; END $$"


@pytest.mark.django_db
class TestWhatIsSentAlong:
    @pytest.mark.parametrize(
        ("sql", "params"), [("SELECT '%'", None), ("SELECT %s", ["%"]), ("SELECT %(a)s", {"a": "%"})]
    )
    def test_goes_with_the_first_question_whose_results_come_back(self, sql, params, django_assert_num_queries):
        with transaction.atomic(), django_assert_num_queries(2), connection.cursor() as cursor, along(NOTE, ["50%s"]):
            cursor.execute(sql, params)
            assert cursor.fetchone() == ("%",)
            cursor.execute("SELECT current_setting('pops.note')")
            assert cursor.fetchone() == ("50%s",)

    def test_goes_before_what_can_not_take_it_along(self):
        with transaction.atomic(), connection.cursor() as cursor, along(NOTE, ["first"]):
            cursor.executemany("SELECT set_config('pops.note', %s, true)", [["second"], ["third"]])

            assert read_note() == "third"

    def test_goes_though_nothing_is_asked(self):
        with transaction.atomic():
            with along(NOTE, ["alone"]):
                pass
            assert read_note() == "alone"

    def test_is_heard_whatever_the_settings_are_and_instead_of_what_else_came_of_it(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL client_min_messages = error")
        for job in (read_note, list, lambda: 1 / 0, lambda: connection.cursor().execute("SELECT 1/0")):
            with pytest.raises(Told, match="seen: 1"), transaction.atomic(), along(TELL, []):
                job()
            with transaction.atomic(), along(NOTE, ["said no more"]):
                assert read_note() == "said no more"


def read_note() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pops.note', true)")
        return str(cursor.fetchone()[0])
