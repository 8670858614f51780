from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0010_what_was_signed_stays")]
    operations = [
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                fields=["because"],
                condition=models.Q(("because__isnull", False)),
                name="facts_because_of_another",
            ),
        ),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                fields=["corrects"],
                condition=models.Q(("corrects__isnull", False)),
                name="facts_that_correct",
            ),
        ),
    ]
