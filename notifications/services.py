"""Queueing receipt emails."""

from django.db import connection

from notifications.models import ReceiptEmail

State, Reason = ReceiptEmail.State, ReceiptEmail.Reason

QUEUE_RECEIPT_EMAIL = f"""
INSERT INTO notifications_receiptemail (receipt_id, "to", state, reason)
SELECT %(receipt)s, guarantor.email,
       CASE WHEN judged.reason = '' THEN '{State.QUEUED}' ELSE '{State.NOT_WANTED}' END, judged.reason
FROM accounts_guarantor guarantor
JOIN practice_group ON practice_group.id = guarantor.group_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN NOT practice_group.email_receipts THEN '{Reason.SWITCHED_OFF}'
    WHEN guarantor.email = '' THEN '{Reason.NO_ADDRESS}'
    ELSE '' END AS reason) judged
WHERE guarantor.id = %(guarantor)s
"""  # noqa: S608  only our own enum values are put in


def queue_receipt_email(*, receipt_number: int, guarantor_id: int) -> None:
    """Put the email of a paid receipt into the outbox, or note there why none is sent.

    The Email Receipts switch is judged here, in the transaction that records the payment.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUEUE_RECEIPT_EMAIL, {"receipt": receipt_number, "guarantor": guarantor_id})
