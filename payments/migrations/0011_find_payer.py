from pathlib import Path

from django.db import migrations

PAYER = (Path(__file__).parents[1] / "payer.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_lost_disputes"), ("batches", "0008_late_date")]

    operations = [migrations.RunSQL(PAYER, "DROP FUNCTION payments_find_payer")]
