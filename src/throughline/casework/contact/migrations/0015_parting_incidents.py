import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0014_recordings_row_security"),
        ("cases", "0013_parting_incidents"),
    ]
    operations = [
        migrations.AddField(
            "contact",
            "came_from",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.incident",
            ),
        ),
    ]
