from django.db import migrations

from throughline.foundations.access.protection import KEPT_KEYS


class Migration(migrations.Migration):
    dependencies = [("access", "0006_kept_out")]
    operations = [migrations.RunSQL(KEPT_KEYS, migrations.RunSQL.noop)]
