from pathlib import Path

from django.db import migrations

ONCE = (Path(__file__).parents[1] / "once.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("api", "0003_claim_along")]

    operations = [migrations.RunSQL(ONCE, "DROP FUNCTION api_begin, api_answer")]
