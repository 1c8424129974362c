from pathlib import Path

from django.db import migrations

ONCE = (Path(__file__).parents[1] / "once.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [migrations.RunSQL(ONCE, "DROP FUNCTION api_claim, api_keep")]
