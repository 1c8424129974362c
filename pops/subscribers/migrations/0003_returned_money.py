import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0002_what_is_shown'),
    ]

    operations = [
        migrations.AlterField(
            model_name='endpoint',
            name='events',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('receipt.created', 'Receipt issued'), ('receipt.refunded', 'Receipt refunded'), ('receipt.returned', 'Money of a receipt returned by the bank'), ('receipt.voided', 'Receipt voided'), ('batch.opened', 'Batch opened'), ('batch.closed', 'Batch closed'), ('payment.review', 'Payment needs review'), ('account.merged', 'Account merged into another one')], max_length=16), help_text='What it is told of.', size=None),
        ),
        migrations.AlterField(
            model_name='endpointevent',
            name='events',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('receipt.created', 'Receipt issued'), ('receipt.refunded', 'Receipt refunded'), ('receipt.returned', 'Money of a receipt returned by the bank'), ('receipt.voided', 'Receipt voided'), ('batch.opened', 'Batch opened'), ('batch.closed', 'Batch closed'), ('payment.review', 'Payment needs review'), ('account.merged', 'Account merged into another one')], max_length=16), help_text='What it is told of.', size=None),
        ),
    ]
