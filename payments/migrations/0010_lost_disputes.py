import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0009_sessions_with_what_came_of_them'),
        ('receipts', '0012_returned_money_checked'),
    ]

    operations = [
        migrations.AddField(
            model_name='dispute',
            name='returned_receipt',
            field=models.OneToOneField(blank=True, help_text='Of a lost one: the money is gone.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='made_by_dispute', to='receipts.receipt'),
        ),
    ]
