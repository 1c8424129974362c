from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

OUTCOMES = (Path(__file__).parents[1] / "outcomes.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0007_deciding_keeps_the_story"),
        ("portal_sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(OUTCOMES, "DROP VIEW payments_sessionoutcome"),
        migrations.CreateModel(
            name='SessionOutcome',
            fields=[
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='came_of', serialize=False, to='portal_sessions.portalsession')),
                ('outcome', models.CharField(choices=[('paid', 'Paid'), ('unclear', 'Not known yet'), ('unsuccessful', 'Unsuccessful'), ('begun', 'Begun, not finished'), ('none', 'No payment')], max_length=12)),
            ],
            options={
                'db_table': 'payments_sessionoutcome',
                'managed': False,
                'default_permissions': (),
            },
        ),
    ]
