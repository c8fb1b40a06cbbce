from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, protect, protect_shared

# what was written names people; the codes beside it are counted
_READS_WORDS = f"(select access_reads_people()) and {LET_SEE_ALL.format(column='subjects')}"


class Migration(migrations.Migration):
    dependencies = [
        ("investigation", "0001_initial"),
        ("access", "0011_investigators"),
    ]
    operations = [
        *(
            protect_shared(f"investigation_{table}")
            for table in (
                "investigation",
                "allocation",
                "lineofenquiry",
                "planreview",
                "outstandingsuspect",
                "suspectattempt",
                "routelooked",
                "routeresult",
                "victimstatement",
                "withdrawal",
                "specialmeasure",
            )
        ),
        protect("investigation_investigationwords", _READS_WORDS),
    ]
