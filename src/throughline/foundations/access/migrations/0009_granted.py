from django.db import migrations

from throughline.foundations.access.protection import GRANTED


class Migration(migrations.Migration):
    dependencies = [("access", "0008_kept_out_by_index")]
    operations = [migrations.RunSQL(GRANTED, "drop function access_granted()")]
