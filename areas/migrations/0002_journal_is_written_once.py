from django.db import migrations

FORWARD = """
CREATE FUNCTION eslabon_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A row of % is written once and never changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_is_written_once BEFORE UPDATE ON areas_journalentry
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
"""
BACK = """
DROP TRIGGER journal_is_written_once ON areas_journalentry;
DROP FUNCTION eslabon_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("areas", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
