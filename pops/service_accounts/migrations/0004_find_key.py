from pathlib import Path

from django.db import migrations

KEY = (Path(__file__).parents[1] / "key.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("service_accounts", "0003_what_is_shown"), ("access", "0003_rights")]

    operations = [migrations.RunSQL(KEY, "DROP FUNCTION service_accounts_find_key")]
