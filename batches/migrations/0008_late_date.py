from pathlib import Path

from django.db import migrations

LATE = (Path(__file__).parents[1] / "late.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("batches", "0007_returned_money")]

    operations = [migrations.RunSQL(LATE, "DROP FUNCTION batches_late_date")]
