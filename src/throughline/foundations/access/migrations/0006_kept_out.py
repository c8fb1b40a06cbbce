from django.db import migrations

from throughline.foundations.access.protection import KEPT_KEYS, KEPT_OUT


class Migration(migrations.Migration):
    dependencies = [("access", "0005_hidden_at_once")]
    operations = [migrations.RunSQL(KEPT_OUT + KEPT_KEYS, migrations.RunSQL.noop)]
