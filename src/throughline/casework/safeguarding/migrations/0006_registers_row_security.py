from django.db import migrations

from throughline.foundations.access.protection import protect

# of staff alone
_READS_SHARED = "(select access_reads_shared())"


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0005_registers"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect("safeguarding_teamposts", _READS_SHARED),
        protect("safeguarding_oncall", _READS_SHARED),
        protect("safeguarding_training", _READS_SHARED),
    ]
