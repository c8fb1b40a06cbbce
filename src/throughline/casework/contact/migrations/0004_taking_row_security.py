from django.db import migrations

from throughline.foundations.access.protection import protect

_READS_PEOPLE = "(select access_reads_people())"
_ITS_CONTACT = "exists (select 1 from contact_contact c where c.id = contact_id)"


class Migration(migrations.Migration):
    dependencies = [("contact", "0003_taking")]
    operations = [
        # names as heard, for those who read about people
        protect("contact_heard", f"{_READS_PEOPLE} and {_ITS_CONTACT}"),
        # names of fields, ids and times of a contact that is in sight
        protect("contact_change", _ITS_CONTACT),
        protect("contact_asking", _ITS_CONTACT),
    ]
