import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_what_one_account_owns")]
    operations = [
        migrations.AddField("incident", "other_was", models.JSONField(null=True)),
        *(
            migrations.AddField(
                model,
                "came_from",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to="cases.incident",
                ),
            )
            for model in ("involvement", "crime")
        ),
    ]
