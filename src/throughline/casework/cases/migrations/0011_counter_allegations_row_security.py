from django.db import migrations

from throughline.foundations.access.protection import protect, protect_shared


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_counter_allegations"), ("cases", "0002_row_security")]
    operations = [
        protect_shared("cases_counterallegation"),
        # what is planned names people; whoever is party to any case of the group is shut out of all of it
        protect(
            "cases_planline",
            "(select access_reads_people()) and not (subjects && (select access_out_of_sight()))"
            " and not (parties && array(select access_party()))",
        ),
        # a bare draw: days, a seed and a count
        protect("cases_filedraw", "(select access_reads_shared())"),
        protect("cases_drawnfile", "exists (select 1 from cases_incident i where i.id = incident_id)"),
    ]
