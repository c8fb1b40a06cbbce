from django.db import migrations

from throughline.foundations.access.protection import READS_PEOPLE, READS_SHARED


class Migration(migrations.Migration):
    """Investigators read about people; in place of definitions that named fewer readers."""

    dependencies = [("access", "0010_granted")]
    operations = [migrations.RunSQL(READS_PEOPLE + READS_SHARED, migrations.RunSQL.noop)]
