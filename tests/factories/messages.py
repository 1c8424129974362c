"""The mail of a receipt that was made by hand."""

from django.conf import settings
from django.db import connection

from receipts.models import Receipt


def post_mail(receipt: Receipt, *, mail: str = "wanted") -> None:
    """As the receipt's issue does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT receipts_post_mail(%s, %s, %s, %s)",
            [receipt.pk, receipt.guarantor_id, mail, settings.MESSAGE_ID_DOMAIN],
        )
