from django.db import migrations

from throughline.foundations.access.protection import protect


class Migration(migrations.Migration):
    dependencies = [("contact", "0013_recordings"), ("access", "0003_shared"), ("audit", "0002_guards")]
    operations = [
        protect(
            "contact_recording",
            "(select access_reads_people()) and exists (select 1 from contact_contact c where c.id = contact_id)",
        )
    ]
