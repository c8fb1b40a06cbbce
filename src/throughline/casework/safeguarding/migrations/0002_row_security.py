from django.db import migrations

from throughline.foundations.access.protection import protect, protect_shared

# what she said names people; the codes beside it are counted
_READS_WORDS = (
    "(select access_reads_people()) and exists (select 1 from safeguarding_victimcontact c where c.id = contact_id)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0001_initial"),
        ("cases", "0002_row_security"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect_shared("safeguarding_victimcontact"),
        protect("safeguarding_contactwords", _READS_WORDS),
    ]
