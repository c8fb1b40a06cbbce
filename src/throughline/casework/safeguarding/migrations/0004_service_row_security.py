from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, protect, protect_shared

# what was written of an item names people; the codes beside it are counted
_READS_WORDS = f"(select access_reads_people()) and {LET_SEE_ALL.format(column='subjects')}"


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0003_service"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect_shared("safeguarding_policyoverride"),
        protect_shared("safeguarding_servicerequest"),
        protect_shared("safeguarding_handoversent"),
        protect_shared("safeguarding_requestreturn"),
        protect("safeguarding_handovernote", _READS_WORDS),
    ]
