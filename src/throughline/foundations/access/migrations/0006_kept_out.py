from django.db import migrations

from throughline.foundations.access.protection import KEPT_OUT


class Migration(migrations.Migration):
    dependencies = [("access", "0005_hidden_at_once")]
    operations = [migrations.RunSQL(KEPT_OUT, migrations.RunSQL.noop)]
