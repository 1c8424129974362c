from django.db import migrations, models

from pops.core.postgresql.indexes import BuildIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('notifications', '0005_to_other_programs'),
    ]

    operations = [
        BuildIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('lane', 'hooks'), ('state__in', ('queued', 'sending'))), fields=['channel', 'due_at'], name='message_due_hooks'),
        ),
        BuildIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'sending')), models.Q(('stream', ''), _negated=True)), fields=['stream', 'id'], name='message_in_its_stream'),
        ),
    ]
