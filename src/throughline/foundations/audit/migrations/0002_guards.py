from django.db import migrations

from throughline.foundations.audit.protection import DROP_FUNCTIONS, FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("access", "0002_row_security")]
    operations = [migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS)]
