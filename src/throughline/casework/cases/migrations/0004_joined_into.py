import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_incident_number")]
    operations = [
        migrations.AddField(
            model_name="incident",
            name="joined_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joined_from",
                to="cases.incident",
            ),
        ),
    ]
