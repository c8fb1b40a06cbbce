from django.db import migrations

from throughline.foundations.access.protection import DROP_FUNCTIONS, FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS)]
