from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_staging")]
    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                fields=["source"],
                condition=models.Q(erased_at__isnull=False),
                name="people_record_erased",
            ),
        ),
    ]
