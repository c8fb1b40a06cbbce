from django.db import migrations

from throughline.foundations.access.protection import GRANTED


class Migration(migrations.Migration):
    dependencies = [("access", "0009_teams_shut_out")]
    operations = [migrations.RunSQL(GRANTED, "drop function access_granted()")]
