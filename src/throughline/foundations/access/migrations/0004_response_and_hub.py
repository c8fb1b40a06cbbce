from django.db import migrations

from throughline.foundations.access.protection import READS_PEOPLE, READS_SHARED


class Migration(migrations.Migration):
    """The functions of row security name the sergeant, the inspector and the hub among who reads."""

    dependencies = [("access", "0003_shared")]
    operations = [migrations.RunSQL(READS_PEOPLE + READS_SHARED, migrations.RunSQL.noop)]
