from django.db import migrations

from throughline.foundations.access.protection import ALL_IN_SIGHT, protect, protect_shared

_READS_SHARED = "(select access_reads_shared())"
_READS_WORDS = "(select access_reads_people()) and not (subjects && (select access_out_of_sight()))"
_ITS_CASE = "exists (select 1 from cases_case c where c.id = {column})"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("people", "0002_row_security"),
        ("access", "0003_shared"),
        ("audit", "0002_guards"),
    ]
    operations = [
        protect_shared("cases_incident"),
        protect_shared("cases_case"),
        protect_shared("cases_crime"),
        protect("cases_involvement", ALL_IN_SIGHT.format(column="array[record_id]")),
        protect("cases_caseincident", _ITS_CASE.format(column="case_id")),
        protect("cases_joining", _ITS_CASE.format(column="case_id")),
        protect("cases_groupmember", _ITS_CASE.format(column="case_id")),
        # a bare id: which cases are of it is told by its members
        protect("cases_group", _READS_SHARED),
        # conditions in words name people
        protect("cases_standingfact", _READS_WORDS),
        # who counts repeat victims must know which records are of one person: ids alone
        migrations.RunSQL(
            "create policy counted on people_identitylink for select"
            " using ((select access_role()) = 'analyst' and record_id not in (select access_party()))",
            "drop policy counted on people_identitylink",
        ),
    ]
