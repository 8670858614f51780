from django.db import migrations

# `eslabon.erasing` is set, for one transaction, only where a whole organization is erased.
FORWARD = """
CREATE FUNCTION eslabon_clause_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION eslabon_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.contract_id, NEW.n, NEW.digest) IS DISTINCT FROM (OLD.contract_id, OLD.n, OLD.digest)
        OR (OLD.in_force_at IS NOT NULL AND NEW.in_force_at IS DISTINCT FROM OLD.in_force_at)
        OR (OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at)
    THEN
        RAISE EXCEPTION 'A version comes in force once and is superseded once; nothing else of it changes.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER version_is_frozen BEFORE UPDATE ON contracts_version
    FOR EACH ROW EXECUTE FUNCTION eslabon_version_is_frozen();

CREATE FUNCTION eslabon_shoes_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL
        OR (NEW.contract_id, NEW.n, NEW.jobs, NEW.pains, NEW.gains, NEW.written_side, NEW.written_by_id, NEW.written_at)
           IS DISTINCT FROM
           (OLD.contract_id, OLD.n, OLD.jobs, OLD.pains, OLD.gains, OLD.written_side, OLD.written_by_id, OLD.written_at)
    THEN
        RAISE EXCEPTION 'An edition of the shoes may only be confirmed, once.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER shoes_are_frozen BEFORE UPDATE ON contracts_shoes
    FOR EACH ROW EXECUTE FUNCTION eslabon_shoes_are_frozen();

CREATE TRIGGER signatures_are_written_once BEFORE UPDATE ON contracts_signature
    FOR EACH ROW EXECUTE FUNCTION eslabon_written_once();
"""
BACK = """
DROP TRIGGER signatures_are_written_once ON contracts_signature;
DROP TRIGGER shoes_are_frozen ON contracts_shoes;
DROP FUNCTION eslabon_shoes_are_frozen();
DROP TRIGGER version_is_frozen ON contracts_version;
DROP FUNCTION eslabon_version_is_frozen();
DROP TRIGGER clause_is_frozen ON contracts_clause;
DROP FUNCTION eslabon_clause_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("areas", "0002_journal_is_written_once")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
