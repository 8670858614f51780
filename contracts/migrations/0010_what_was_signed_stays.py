from django.db import migrations

# A clause goes with a rehearsal only; the setting that once let go of any clause is no longer asked for.
FORWARD = """
CREATE OR REPLACE FUNCTION eslabon_clause_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frozen boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'A clause is written once and never changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT in_force_at IS NOT NULL INTO frozen FROM contracts_version WHERE id = NEW.in_version_id;
    IF frozen THEN
        RAISE EXCEPTION 'A signed version neither gains nor loses a clause.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER clause_is_frozen ON contracts_clause;
CREATE TRIGGER clause_is_frozen BEFORE INSERT OR UPDATE ON contracts_clause
    FOR EACH ROW EXECUTE FUNCTION eslabon_clause_is_frozen();

CREATE TRIGGER clauses_stay BEFORE DELETE ON contracts_clause
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays(
        'in_version_id',
        'SELECT c.organization_id FROM contracts_version v JOIN contracts_contract c ON c.id = v.contract_id WHERE v.id = $1');
CREATE TRIGGER versions_stay BEFORE DELETE ON contracts_version
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays(
        'contract_id', 'SELECT organization_id FROM contracts_contract WHERE id = $1');
CREATE TRIGGER signatures_stay BEFORE DELETE ON contracts_signature
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays(
        'contract_id', 'SELECT organization_id FROM contracts_contract WHERE id = $1');
CREATE TRIGGER shoes_stay BEFORE DELETE ON contracts_shoes
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays(
        'contract_id', 'SELECT organization_id FROM contracts_contract WHERE id = $1');
CREATE TRIGGER facts_stay BEFORE DELETE ON contracts_fact
    FOR EACH ROW EXECUTE FUNCTION eslabon_stays(
        'occurrence_id', 'SELECT organization_id FROM contracts_occurrence WHERE id = $1');
"""
BACK = """
DROP TRIGGER facts_stay ON contracts_fact;
DROP TRIGGER shoes_stay ON contracts_shoes;
DROP TRIGGER signatures_stay ON contracts_signature;
DROP TRIGGER versions_stay ON contracts_version;
DROP TRIGGER clauses_stay ON contracts_clause;
DROP TRIGGER clause_is_frozen ON contracts_clause;

CREATE OR REPLACE FUNCTION eslabon_clause_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frozen boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'A clause is written once and never changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF current_setting('eslabon.erasing', true) = 'on' THEN
            RETURN OLD;
        END IF;
        SELECT in_force_at IS NOT NULL INTO frozen FROM contracts_version WHERE id = OLD.in_version_id;
    ELSE
        SELECT in_force_at IS NOT NULL INTO frozen FROM contracts_version WHERE id = NEW.in_version_id;
    END IF;
    IF frozen THEN
        RAISE EXCEPTION 'A signed version neither gains nor loses a clause.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER clause_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_clause
    FOR EACH ROW EXECUTE FUNCTION eslabon_clause_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0009_what_falls_due_are_occurrences"),
        ("areas", "0005_a_rehearsal_is_a_copy"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACK)]
