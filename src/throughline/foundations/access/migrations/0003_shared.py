from django.db import migrations

from throughline.foundations.access.protection import DROP_SHARED, READS_PEOPLE, SHARED


class Migration(migrations.Migration):
    dependencies = [("access", "0002_row_security")]
    operations = [
        migrations.RunSQL(READS_PEOPLE, migrations.RunSQL.noop),
        migrations.RunSQL(SHARED, DROP_SHARED),
    ]
