from django.db import migrations


class Migration(migrations.Migration):
    """Six-digit receipt numbers from the start."""

    dependencies = [("receipts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE receipts_receipt ALTER COLUMN number RESTART WITH 100001",
            migrations.RunSQL.noop,
        )
    ]
