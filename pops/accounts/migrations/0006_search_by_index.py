from django.db import migrations

# Splitting a name into words costs far more than the planner thinks, so it would rather do it for every row than use
# the index. And a guarantor is added rarely: the index is kept in order instead of collecting what is new.
BY_INDEX = """
ALTER FUNCTION accounts_guarantor_words(text, text, text) COST 1000;
ALTER FUNCTION accounts_name_words(text) COST 1000;
ALTER INDEX guarantor_words SET (fastupdate = off);
ALTER INDEX patient_words SET (fastupdate = off);
"""


class Migration(migrations.Migration):
    """Search by the index, always."""

    dependencies = [("accounts", "0005_search")]

    operations = [migrations.RunSQL(BY_INDEX, migrations.RunSQL.noop)]
