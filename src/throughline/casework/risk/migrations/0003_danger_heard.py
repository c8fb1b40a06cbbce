from django.db import migrations, models


class Migration(migrations.Migration):
    """What was assessed before is heard by the worker; until then a list that it waits on reads its answers."""

    dependencies = [("risk", "0002_row_security")]
    operations = [
        migrations.AddField("assessment", "danger", models.BooleanField(null=True)),
        migrations.AddField("assessment", "heard_by", models.TextField(blank=True, default=""), preserve_default=False),
    ]
