from django.db import migrations

from throughline.foundations.access.protection import protect, protect_shared

_READS_SHARED = "(select access_reads_shared())"
_READS_PEOPLE = "(select access_reads_people())"
_ITS_CONTACT = "exists (select 1 from contact_contact c where c.id = contact_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0001_initial"),
        ("cases", "0002_row_security"),
        ("access", "0003_shared"),
        ("audit", "0002_guards"),
    ]
    operations = [
        protect_shared("contact_contact"),
        # ids, codes and times of a contact that is in sight
        protect("contact_deployment", _ITS_CONTACT),
        protect("contact_proposal", _ITS_CONTACT),
        protect(
            "contact_brief", "exists (select 1 from contact_deployment d where d.id = deployment_id)"
        ),
        # what was said, for those who read about people
        protect("contact_logline", f"{_READS_PEOPLE} and {_ITS_CONTACT}"),
        protect("contact_sample", f"{_READS_PEOPLE} and {_ITS_CONTACT}"),
        protect("contact_intelligencerequest", f"{_READS_PEOPLE} and {_ITS_CONTACT}"),
        protect(
            "contact_intelligenceanswer",
            "exists (select 1 from contact_intelligencerequest r where r.id = request_id)",
        ),
        # of staff alone
        protect("contact_shift", _READS_SHARED),
        protect("contact_handover", _READS_SHARED),
    ]
