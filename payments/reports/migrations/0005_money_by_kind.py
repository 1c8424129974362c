from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parents[1]
# The files of the day: dropped and made anew, as a view can't change its columns otherwise.
VIEWS = "".join((HERE / name).read_text() for name in ("received.sql", "applied.sql", "money.sql"))
DROP = "DROP VIEW reports_money; DROP VIEW IF EXISTS reports_received, reports_applied; "


def fields():
    return [
        ('row_id', models.BigIntegerField(help_text='One of its entry: not alone among all.', primary_key=True, serialize=False)),
        ('entry', models.CharField(choices=[('received', 'Received or given back'), ('applied', 'Applied to a service'), ('disbursed', 'Disbursed')], max_length=9)),
        ('post_date', models.DateField()),
        ('received_on', models.DateField()),
        ('guarantor_name', models.CharField(max_length=300)),
        ('account_number', models.CharField(max_length=20)),
        ('channel', models.CharField(choices=[('online', 'Online'), ('mail', 'By mail'), ('office', 'In the office')], max_length=6)),
        ('type', models.CharField(choices=[('payment', 'Payments'), ('refund', 'Refunds'), ('came_back', 'Refunds that came back'), ('voided', 'Voided'), ('unsuccessful', 'Requested, not processed')], max_length=12)),
        ('method', models.CharField(max_length=10)),
        ('card_brand', models.CharField(max_length=20)),
        ('ending', models.CharField(help_text="A card's last digits, a check's number.", max_length=30)),
        ('received_cents', models.BigIntegerField()),
        ('refunded_cents', models.BigIntegerField()),
        ('counted_cents', models.BigIntegerField()),
        ('voided_cents', models.BigIntegerField()),
        ('not_processed_cents', models.BigIntegerField()),
        ('not_counted_cents', models.BigIntegerField(help_text='Voided, or requested and not processed.')),
        ('applied_cents', models.BigIntegerField()),
        ('disbursed_cents', models.BigIntegerField()),
        ('is_hidden', models.BooleanField(help_text='Of a service that is confidential, as it is marked now.')),
        ('patient_name', models.CharField(max_length=200)),
        ('facility_name', models.CharField(max_length=200)),
        ('provider_name', models.CharField(max_length=200)),
        ('service_id', models.CharField(max_length=30)),
        ('service_date', models.DateField()),
        ('description', models.CharField(max_length=200)),
    ]


def view(name):
    options = {'db_table': f'reports_{name.lower()}', 'managed': False, 'default_permissions': ()}
    return migrations.CreateModel(name=name, fields=fields(), options=options)


class Migration(migrations.Migration):

    dependencies = [('reports', '0004_what_money_is_called')]

    operations = [migrations.RunSQL(DROP + VIEWS, migrations.RunSQL.noop), view('Applied'), view('Received')]
