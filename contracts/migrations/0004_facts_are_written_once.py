from django.db import migrations

FORWARD = """
CREATE TRIGGER facts_are_written_once BEFORE UPDATE ON contracts_fact
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
CREATE TRIGGER rungs_are_written_once BEFORE UPDATE ON contracts_rung
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
"""
BACK = """
DROP TRIGGER rungs_are_written_once ON contracts_rung;
DROP TRIGGER facts_are_written_once ON contracts_fact;
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_commitments_fall_due")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
