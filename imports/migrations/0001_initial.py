import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('kind', models.CharField(blank=True, choices=[('guarantors', 'Guarantors'), ('patients', 'Patients'), ('statements', 'Statements'), ('encounters', 'Encounters'), ('service_lines', 'Service lines'), ('appointments', 'Appointments')], max_length=20, verbose_name='what it holds')),
                ('state', models.CharField(choices=[('brought', 'Columns to be matched'), ('checking', 'Being checked'), ('checked', 'Checked, nothing loaded'), ('loading', 'Being loaded'), ('done', 'Loaded'), ('refused', 'Not loaded')], default='brought', max_length=8)),
                ('file', models.FileField(blank=True, upload_to='imports/')),
                ('report', models.FileField(blank=True, upload_to='imports/')),
                ('brought_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('touched_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('columns', models.JSONField(default=list, help_text="The file's headings in their order, each with our column's name.")),
                ('skip_bad', models.BooleanField(default=False)),
                ('said', models.CharField(blank=True, max_length=100, verbose_name='read as')),
                ('problem', models.CharField(blank=True, help_text='Why it was not loaded.', max_length=500)),
                ('lines', models.PositiveIntegerField(default=0, help_text='Of the file.')),
                ('lines_done', models.PositiveIntegerField(default=0)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('bad', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('faults', models.JSONField(default=list, help_text='The first of them: line, column, words.')),
                ('noticed', models.PositiveIntegerField(default=0)),
                ('notices', models.JSONField(default=list, help_text='What is allowed, and worth a look.')),
                ('brought_by', models.ForeignKey(blank=True, help_text='Empty: by command.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-pk'],
                'permissions': [('import_accounts', 'Can import accounts')],
            },
        ),
    ]
