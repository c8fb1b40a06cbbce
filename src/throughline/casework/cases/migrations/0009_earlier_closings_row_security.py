from django.db import migrations

from throughline.foundations.access.protection import protect


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_earlier_closings")]
    operations = [
        protect("cases_earlierclosing", "exists (select 1 from cases_case c where c.id = case_id)"),
    ]
