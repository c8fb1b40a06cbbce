from django.db import migrations

from throughline.foundations.access.protection import ALL_IN_SIGHT, protect

_READS_PEOPLE = "(select access_reads_people())"
_ITS_INCIDENT = "exists (select 1 from cases_incident i where i.id = incident_id)"
_ITS_ATTENDANCE = "exists (select 1 from scene_attendance a where a.id = attendance_id)"
_ITS_PERSON = ALL_IN_SIGHT.format(column="array[record_id]")


class Migration(migrations.Migration):
    dependencies = [
        ("scene", "0001_initial"),
        ("cases", "0002_row_security"),
        ("contact", "0002_row_security"),
        ("access", "0003_shared"),
        ("audit", "0002_guards"),
    ]
    operations = [
        # ids, codes and times of an incident that is in sight
        protect("scene_attendance", _ITS_INCIDENT),
        protect("scene_evidenceitem", _ITS_INCIDENT),
        protect("scene_stilltrue", _ITS_ATTENDANCE),
        protect("scene_injury", f"{_ITS_PERSON} and {_ITS_ATTENDANCE}"),
        protect("scene_childseen", f"{_ITS_PERSON} and {_ITS_ATTENDANCE}"),
        protect("scene_positiveaction", f"{_ITS_PERSON} and {_ITS_INCIDENT}"),
        protect("scene_childdecision", f"{ALL_IN_SIGHT.format(column='subjects')} and {_ITS_INCIDENT}"),
        # words, for those who read about people
        protect("scene_words", f"{_READS_PEOPLE} and {_ITS_INCIDENT}"),
        protect("scene_correctionrequest", f"{_READS_PEOPLE} and {_ITS_INCIDENT}"),
        protect("scene_addendum", f"{_READS_PEOPLE} and {_ITS_INCIDENT}"),
    ]
