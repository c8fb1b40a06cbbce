from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_counter_allegations_row_security")]
    operations = [
        migrations.AddIndex(
            model_name="standingfact",
            index=models.Index(
                fields=["value"],
                condition=models.Q(kind="owner", ended_at__isnull=True),
                name="cases_fact_owner",
            ),
        ),
    ]
