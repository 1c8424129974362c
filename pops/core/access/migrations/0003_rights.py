from pathlib import Path

from django.db import migrations

RIGHTS = (Path(__file__).parents[1] / "rights.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("access", "0002_reset_sign_in"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunSQL(RIGHTS, "DROP FUNCTION access_rights")]
