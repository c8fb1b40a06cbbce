from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_visits_row_security")]
    operations = [
        # until now none could be opened but at a contact
        migrations.AddField(
            model_name="incident",
            name="has_contact",
            field=models.BooleanField(default=True),
            preserve_default=False,
        ),
    ]
