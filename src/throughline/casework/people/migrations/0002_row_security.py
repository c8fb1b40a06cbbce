from django.db import migrations

from throughline.foundations.access.protection import IN_SIGHT, protect

_READS = "(select access_reads_people())"
_RECORD = IN_SIGHT.format(column="record_id")
_ABOUT_A_RECORD = (
    "identitylink", "name", "phone", "address", "safecontact", "marker", "member", "stafflink", "features", "key",
    "sourcerow",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        protect("people_record", column="id"),
        *(protect(f"people_{table}") for table in _ABOUT_A_RECORD),
        # an identity and a household are bare ids: who is of them is told by the tables above
        protect("people_identity", _READS),
        protect("people_household", _READS),
        # both ends of a relationship must be in sight
        protect(
            "people_relationship",
            f"{_RECORD} and {IN_SIGHT.format(column='other_id')}",
        ),
        # named accounts only, whatever the role; the desk writes it without being able to read it again
        protect(
            "people_refugeaddress",
            "record_id in (select access_refuge()) or (select access_role()) = 'system'",
            check="(select access_role()) in ('restricted-records-desk', 'system')",
        ),
        # scraps are their author's; the desk reads those with a match out of the author's sight
        protect(
            "people_enquiry",
            "asked_by = (select access_actor())"
            " or (select access_role()) in ('restricted-records-desk', 'system')",
        ),
        protect(
            "people_match",
            f"{_RECORD} and (not hidden or (select access_role()) in ('restricted-records-desk', 'system'))",
        ),
    ]
