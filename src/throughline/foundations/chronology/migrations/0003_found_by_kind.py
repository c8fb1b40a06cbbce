from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chronology", "0002_row_security")]
    operations = [
        migrations.AddIndex("entry", models.Index(fields=["kind", "-at"], name="chronology_entry_kind")),
        migrations.AddIndex("entry", models.Index(fields=["about"], name="chronology_entry_about")),
    ]
