from django.db import migrations

from throughline.foundations.access.protection import KEPT_OUT


class Migration(migrations.Migration):
    dependencies = [("access", "0007_kept_keys")]
    operations = [migrations.RunSQL(KEPT_OUT, migrations.RunSQL.noop)]
