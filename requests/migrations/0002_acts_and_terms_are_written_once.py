from django.db import migrations

FORWARD = """
CREATE TRIGGER acts_are_written_once BEFORE UPDATE ON requests_act
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
CREATE TRIGGER terms_are_written_once BEFORE UPDATE ON requests_terms
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
"""
BACK = """
DROP TRIGGER acts_are_written_once ON requests_act;
DROP TRIGGER terms_are_written_once ON requests_terms;
"""


class Migration(migrations.Migration):
    dependencies = [("requests", "0001_initial"), ("areas", "0002_journal_is_written_once")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
