from pathlib import Path

from django.db import migrations

OUTCOMES = (Path(__file__).parents[1] / "outcomes.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0008_what_came_of_a_session"),
        ("portal_sessions", "0001_initial"),
    ]

    operations = [
        # Columns are added at its end alone: what asked it before goes on.
        migrations.RunSQL(OUTCOMES.replace("CREATE VIEW", "CREATE OR REPLACE VIEW"), migrations.RunSQL.noop),
    ]
