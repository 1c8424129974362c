from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('changes', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='change',
            name='type',
            field=models.CharField(choices=[('receipt.created', 'Receipt issued'), ('receipt.refunded', 'Receipt refunded'), ('receipt.returned', 'Money of a receipt returned by the bank'), ('receipt.voided', 'Receipt voided'), ('receipt.moved', 'Receipt moved to another batch'), ('batch.opened', 'Batch opened'), ('batch.closed', 'Batch closed'), ('batch.reopened', 'Batch reopened'), ('payment.review', 'Payment needs review'), ('account.changed', 'Account changed by its guarantor or the desk'), ('account.merged', 'Account merged into another one'), ('account.unmerged', 'Merge of accounts undone')], max_length=16),
        ),
    ]
