import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_staging"), ("instruments", "0002_row_security")]
    operations = [
        migrations.RemoveField("safecontact", "instrument_version"),
        migrations.RemoveField("safecontact", "answers"),
        migrations.AddField(
            "safecontact",
            "answers",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="instruments.answers"
            ),
        ),
    ]
