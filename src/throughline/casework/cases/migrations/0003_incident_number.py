from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_row_security")]
    operations = [
        # a counter that nobody waits for: two incidents opened at once do not hold each other up
        migrations.RunSQL(
            "create sequence cases_incident_number maxvalue 99999 cycle",
            "drop sequence cases_incident_number",
        ),
    ]
