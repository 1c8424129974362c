"""check_books: each rule sees what breaks it, names the row, and no other rule does."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from payments.books.rules import NAMES, get_rules
from payments.gateway.intents import Result
from payments.models import Payment
from payments.recording.payments import issue_for, lock_payment, record_outcome
from pops.core.accounts.models import ServiceLine
from receipts.models import Owed, Receipt
from tests.books import assert_books_balance, find_wrong
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON


def force(sql, rows=1):
    """Change rows as nobody could: with all triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # what is judged at commit
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        assert cursor.rowcount == rows, sql
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_right_books_are_right(books):
    assert_books_balance()


BROKEN = [
    (
        "transactions_add_up",
        "UPDATE receipts_transaction SET amount_cents = 6100, requested_cents = 6100 WHERE receipt_id = {paid}",
        "Receipt {paid}: its amount is $60.00, its transactions make $61.00.",
    ),
    (
        "receipts_in_their_batch",
        "UPDATE receipts_receipt SET received_on = '2026-03-01' WHERE number = {paid}",
        "Receipt {paid} (online, March 1, 2026): its batch {api} is of March 2, 2026 and API Payments.",
    ),
    (
        "receipts_in_their_batch",
        "UPDATE receipts_receipt SET channel = 'mail' WHERE number = {refund_receipt}",
        "Receipt {refund_receipt} (mail, March 2, 2026): its batch {api} is of March 2, 2026 and API Payments.",
    ),
    (
        "closed_batches_keep_their_totals",
        "UPDATE batches_referencebatch SET closed_total_cents = 4900 WHERE id = {batch}",
        "Batch {batch}: 1 receipts of $49.00 are stored, its last close says 1 of $50.00, it holds 1 of $50.00.",
    ),
    (
        "closes_keep_their_tenders",
        "UPDATE batches_batchclosetender SET expected_cents = 2900 WHERE tender = 'cash'",
        "Batch {batch}, cash: $29.00 were expected at the close, the transactions make $30.00.",
    ),
    (
        "closes_keep_their_drawer",
        "UPDATE batches_drawermovement SET amount_cents = 2400 WHERE kind = 'drop'",
        "Batch {batch}: its close tells of $75.00 in the drawer, $76.00 moved there.",
    ),
    (
        "deposits_are_what_was_counted",
        "UPDATE batches_deposit SET cash_cents = 2900",
        "Deposit {deposit}: $49.00 were brought to the bank, the closes make $50.00.",
    ),
    (
        "receipts_not_overspent",
        "WITH kept AS (DELETE FROM receipts_unapplied WHERE receipt_id = {cash})"
        " INSERT INTO receipts_disbursement (receipt_id, batch_id, amount_cents, reason, disbursed_by_id)"
        " SELECT {cash}, {batch}, 5001, 'x', min(id) FROM access_user WHERE is_staff",
        "Receipt {cash}: of $50.00 received, $0.00 are applied, $50.01 disbursed, $0.00 refunded.",
    ),
    (
        "unapplied_money_is_kept",
        "UPDATE receipts_unapplied SET cents = 4900 WHERE receipt_id = {cash}",
        "Receipt {cash}: $49.00 are kept as unapplied, $50.00 are left of it.",
    ),
    (
        "unapplied_money_is_kept",
        "DELETE FROM receipts_unapplied WHERE receipt_id = {cash}",
        "Receipt {cash}: $0.00 are kept as unapplied, $50.00 are left of it.",
    ),
    (
        "refunds_take_back_what_they_give",
        "WITH kept AS (INSERT INTO receipts_unapplied (receipt_id, received_on, cents)"
        " VALUES ({paid}, '2026-03-02', 100))"
        " INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, facility_name, provider_name,"
        " patient_name, service_id, service_date, description, billed_cents, adjusted_cents, insurance_pending_cents,"
        " insurance_paid_cents, patient_paid_cents, remaining_cents) SELECT {refund_receipt}, line_id, batch_id, -100,"
        " '', '', '', service_id, service_date, '', billed_cents, 0, 0, 0, patient_paid_cents - 100,"
        " remaining_cents + 100 FROM receipts_posting ORDER BY id DESC LIMIT 1",
        "Receipt {refund_receipt}: it gives $10.00 back and took $11.00 from services.",
    ),
    (
        "guarantors_balance",
        "WITH kept AS (UPDATE accounts_patientevent SET guarantor_id = {stranger} WHERE pgh_obj_id = {patient})"
        " UPDATE accounts_patient SET guarantor_id = {stranger} WHERE id = {patient}",
        "Account 48210: $100.00 received; $0.00 applied, $50.00 in escrow, $0.00 disbursed.\n"
        "Account 48211: $0.00 received; $50.00 applied, $0.00 in escrow, $0.00 disbursed.",
    ),
    (
        "services_not_overpaid",
        "WITH kept AS (DELETE FROM receipts_unapplied WHERE receipt_id = {cash})"
        " INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, facility_name, provider_name,"
        " patient_name, service_id, service_date, description, billed_cents, adjusted_cents, insurance_pending_cents,"
        " insurance_paid_cents, patient_paid_cents, remaining_cents) SELECT {cash}, line_id, {batch}, 5000, '', '', '',"
        " service_id, service_date, '', 4000, 0, 0, 0, patient_paid_cents + 5000, 4000 - patient_paid_cents - 5000"
        " FROM receipts_posting ORDER BY id DESC LIMIT 1",
        "Service {service} was left with -$60.00 when $50.00 of receipt {cash} were applied to it.",
    ),
    (
        "postings_tell_their_service",
        "UPDATE receipts_posting SET patient_paid_cents = 1 WHERE receipt_id = {paid}",
        "Posting {posting} of receipt {paid} to service {service}: it says $0.01 paid and $40.00 remaining;"
        " it was $60.00 and $40.00.",
    ),
    (
        "receipts_have_their_mail",
        "DELETE FROM notifications_message WHERE about_id = {paid}",
        "Receipt {paid}: it has no message.",
    ),
    (
        "receipts_have_their_mail",
        "UPDATE notifications_message SET guarantor_id = {stranger} WHERE about_id = {paid}",
        "Receipt {paid}: its message is another guarantor's.",
    ),
    (
        "receipts_have_their_mail",
        'INSERT INTO notifications_message (kind, about_id, state, "to", message_id)'
        " VALUES ('receipt', {declined}, 'queued', 'a@example.com', '<x>')",
        "Receipt {declined}: it has a message and should have none.",
    ),
    (
        "attempts_have_their_receipt",
        "UPDATE payments_payment SET state = 'abandoned', receipt_id = NULL WHERE receipt_id = {paid}",
        "Receipt {paid}: no attempt belongs to it.",
    ),
    (
        "attempts_have_their_receipt",
        "UPDATE payments_payment SET state = 'abandoned', receipt_id = NULL WHERE receipt_id = {declined}",
        "Receipt {declined}: no attempt belongs to it.",
    ),
    (
        "attempts_have_their_receipt",
        "UPDATE payments_payment SET amount_cents = 6001 WHERE receipt_id = {paid}",
        "Receipt {paid}: its attempt {attempt} is paid and says otherwise.",
    ),
    (
        "split_payments_add_up",
        "UPDATE payments_part SET amount_cents = 13000 WHERE payment_id = '{split}' AND place = 1",
        "Payment {split} of $270.00: its 2 parts make $280.00, 1 of them are the 2 transactions of its receipt.",
    ),
    (
        "charges_pay_their_own",
        "UPDATE payments_part SET pays_for = ARRAY[0] WHERE payment_id = '{split}' AND place = 1",
        "Receipt {in_parts}, services that no part pays: $0.00 taken, $120.00 applied.",
    ),
    (
        "charges_pay_their_own",
        "UPDATE payments_part p SET pays_for = p.pays_for || q.pays_for FROM payments_part q"
        " WHERE (p.payment_id, q.payment_id, p.place, q.place) = ('{split}', '{split}', 1, 2)",
        "Receipt {in_parts}, part 1: $120.00 taken, $270.00 applied.",
    ),
    (
        "refunds_agree",
        "UPDATE payments_refund SET state = 'failed'",
        "Refund {refund} of receipt {paid}: it failed, and no receipt brings its money in again.",
    ),
    (
        "refunds_agree",
        "UPDATE payments_refund SET amount_cents = 1001",
        "Refund {refund} of receipt {paid}: its receipt {refund_receipt} says otherwise.",
    ),
    (
        "refunds_agree",
        "UPDATE payments_refund SET state = 'settled'",
        "Refund {refund} of receipt {paid}: it is settled and has receipt {refund_receipt}.",
    ),
    (
        "refunds_agree",
        "DELETE FROM payments_refund",
        "Receipt {refund_receipt}: no refund belongs to it.",
    ),
    (
        "returns_agree",
        "INSERT INTO receipts_moneyreturn (receipt_id, transaction_id, reason, learned_on, note)"
        " SELECT {cash}, min(id), 'funds', '2026-03-02', '' FROM receipts_transaction",
        "Receipt {cash}: it is another kind of receipt.",
    ),
    (
        "receipts_are_in_the_feed",
        "INSERT INTO changes_change (type, source_id, about, at, data)"
        " VALUES ('receipt.created', 1, 'receipt 1', now(), '{{}}')",
        "Receipt 1: the feed tells of it, and it is not there.",
    ),
    (
        "receipts_are_in_the_feed",
        "INSERT INTO changes_mark (source, done_through, pending_writers) VALUES ('receipts', {in_parts}, '{{}}')",
        "Receipt {in_parts}: the feed passed it over.",
    ),
]


def test_each_rule_is_broken_by_a_test():
    assert {rule for rule, _, _ in BROKEN} == set(NAMES) == {rule.name for rule in get_rules()}


@pytest.mark.parametrize(("rule", "sql", "sentence"), BROKEN)
def test_a_broken_rule_is_seen_with_its_row_and_no_other_rule(books, rule, sql, sentence):
    force(sql.format(**vars(books)))

    (wrong,) = find_wrong()
    assert wrong.rule == rule
    assert wrong.findings == sentence.format(**vars(books)).splitlines()
    assert wrong.found == len(wrong.findings)


def test_of_many_the_first_are_named_and_all_are_counted(books):
    force(
        'INSERT INTO notifications_message (kind, about_id, state, "to", message_id)'
        " SELECT 'receipt', n, 'queued', 'a@example.com', n FROM generate_series(1, 30) n",
        rows=30,
    )

    (wrong,) = find_wrong()

    assert (wrong.found, len(wrong.findings)) == (30, 20)
    assert wrong.findings[0] == "Receipt 1: it has a message and should have none."


def test_a_service_that_insurance_pays_after_the_patient_is_no_mistake(books):
    ServiceLine.objects.update(insurance_paid_cents=9000)

    assert Owed.objects.get(line__encounter__patient=books.patient).remaining_cents < 0
    assert_books_balance()


def test_money_that_came_after_its_decline_and_was_accepted_is_no_mistake(books, staff_user):
    payment = PaymentFactory()
    record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, Result.DECLINED, at=NOON))
    paid = outcome_of(payment, at=NOON)
    record_outcome(payment_id=payment.pk, outcome=replace(paid, transactions=[second_charge(paid)]))
    assert_books_balance()  # in review, with the receipt of the decline

    with transaction.atomic():
        locked = lock_payment(payment_id=payment.pk, occurred_at=NOON)
        issue_for(locked, replace(paid, transactions=[second_charge(paid)]))
        Payment.objects.filter(pk=payment.pk).update(reviewed_by=staff_user, reviewed_at=timezone.now())

    assert Receipt.objects.filter(guarantor=payment.guarantor).count() == 2
    assert_books_balance()


def second_charge(outcome):
    return replace(outcome.transactions[0], number="ch_second")
