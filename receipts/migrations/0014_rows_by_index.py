from pathlib import Path

from django.db import migrations

ROWS = (Path(__file__).parents[1] / "rows.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("receipts", "0013_rows")]

    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
