import django.db.models.deletion
from django.db import migrations, models

# Rows that stay for ever go with a rehearsal, and only while that very one is being removed: whoever removes it names it
# for the one transaction (workshops.rehearsal.remove).
#
# The trigger hands over how the organization of such a row is found: a column of it, and a query for what it points at.
REMOVING = """
CREATE FUNCTION eslabon_is_being_removed(organization bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('eslabon.removing', true) = organization::text, false)
        AND EXISTS (SELECT FROM areas_organization WHERE id = organization AND rehearses_id IS NOT NULL)
$$;

CREATE FUNCTION eslabon_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    organization bigint;
BEGIN
    EXECUTE TG_ARGV[1] INTO organization USING (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
    IF organization IS NULL OR NOT eslabon_is_being_removed(organization) THEN
        RAISE EXCEPTION 'A row of % stays.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
"""
REMOVING_BACK = """
DROP FUNCTION eslabon_stays();
DROP FUNCTION eslabon_is_being_removed(bigint);
"""

# The deeds refuse before it comes to this. One look for each statement, however many letters it writes.
NO_LETTERS = """
CREATE FUNCTION eslabon_a_rehearsal_writes_no_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written JOIN areas_organization o ON o.ref = written.organization_ref
         WHERE o.rehearses_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'No letter leaves a rehearsal.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_rehearsal_writes_no_letter AFTER INSERT ON post_letter REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION eslabon_a_rehearsal_writes_no_letter();
"""
NO_LETTERS_BACK = """
DROP TRIGGER a_rehearsal_writes_no_letter ON post_letter;
DROP FUNCTION eslabon_a_rehearsal_writes_no_letter();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("areas", "0004_holidays_kept_or_worked"),
        ("post", "0004_letters_that_gather"),
    ]
    operations = [
        migrations.AddField(
            model_name="organization",
            name="rehearses",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rehearsals",
                to="areas.organization",
            ),
        ),
        migrations.RunSQL(REMOVING, REMOVING_BACK),
        migrations.RunSQL(NO_LETTERS, NO_LETTERS_BACK),
    ]
