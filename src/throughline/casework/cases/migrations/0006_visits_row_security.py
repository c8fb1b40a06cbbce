from django.db import migrations

from throughline.foundations.access.protection import protect

_READS_WORDS = "(select access_reads_people()) and not (subjects && (select access_out_of_sight()))"


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_visits"), ("access", "0003_shared"), ("audit", "0002_guards")]
    # what was agreed names people
    operations = [protect("cases_visit", _READS_WORDS)]
