from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, protect, protect_shared

# what was written names people; the codes beside it are counted
_READS_WORDS = f"(select access_reads_people()) and {LET_SEE_ALL.format(column='subjects')}"


class Migration(migrations.Migration):
    dependencies = [
        ("neighbourhood", "0001_initial"),
        ("access", "0011_investigators"),
    ]
    operations = [
        *(
            protect_shared(f"neighbourhood_{table}")
            for table in ("disruptiontask", "disruptiondoing", "disruptionreview", "setout")
        ),
        protect("neighbourhood_neighbourhoodwords", _READS_WORDS),
    ]
