from django.db import migrations

FORWARD = """
CREATE TRIGGER acts_stay BEFORE DELETE ON requests_act
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays('ask_id', 'SELECT organization_id FROM requests_ask WHERE id = $1');
CREATE TRIGGER terms_stay BEFORE DELETE ON requests_terms
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays('ask_id', 'SELECT organization_id FROM requests_ask WHERE id = $1');
"""
BACK = """
DROP TRIGGER terms_stay ON requests_terms;
DROP TRIGGER acts_stay ON requests_act;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0003_new_terms_are_opened_by_either_side"),
        ("areas", "0005_a_rehearsal_is_a_copy"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACK)]
