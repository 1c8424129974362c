from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('batches', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='referencebatch',
            options={'ordering': ['-batch_date', '-id'], 'permissions': [('open_batch', 'Can open a batch and work in it'), ('reconcile_batch', 'Can count and reconcile a batch'), ('close_batch', 'Can close a batch'), ('reopen_batch', 'Can reopen a closed batch'), ('archive_batch', 'Can archive a closed batch'), ('lock_period', 'Can lock a period at month-end'), ('see_uncounted', 'Can see amounts of a batch before it was counted')], 'verbose_name_plural': 'reference batches'},
        ),
    ]
