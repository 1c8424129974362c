from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Receipts that were there before are looked at in a transaction of its own: nobody's payment waits for it."""

    dependencies = [
        ('receipts', '0011_returned_money'),
    ]

    operations = [
        ValidateConstraint(model_name='receipt', name='receipt_amount_fits_status'),
        ValidateConstraint(model_name='receipt', name='receipt_refund_names_its_payment'),
    ]
