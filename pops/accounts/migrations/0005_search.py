from django.db import migrations

# Words of a name, the account number, and the phone number whole and by its last digits, so that "555 010 3000",
# "0103000" and "3000" all find it. Full-text search is PostgreSQL's own: no extension is needed.
GUARANTOR_WORDS = """
CREATE FUNCTION accounts_guarantor_words(name text, account_number text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', translate(name || ' ' || account_number, '-.,/()+''', '        ')
        || ' ' || digits || ' ' || right(digits, 7) || ' ' || right(digits, 4))
    FROM regexp_replace(phone, '[^0-9]', '', 'g') AS digits
$$;
CREATE FUNCTION accounts_name_words(name text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT to_tsvector('simple', translate(name, '-.,/()+''', '        ')) $$;
CREATE INDEX guarantor_words ON accounts_guarantor
    USING gin (accounts_guarantor_words(name::text, account_number::text, phone::text));
CREATE INDEX patient_words ON accounts_patient USING gin (accounts_name_words(name::text));
"""
DROP = """
DROP INDEX guarantor_words;
DROP INDEX patient_words;
DROP FUNCTION accounts_guarantor_words(text, text, text);
DROP FUNCTION accounts_name_words(text);
"""


class Migration(migrations.Migration):
    """Find a guarantor by name, account number, phone or patient, among 100,000 of them."""

    dependencies = [("accounts", "0004_long_names")]

    operations = [migrations.RunSQL(GUARANTOR_WORDS, DROP)]
