from django.db import migrations

from throughline.foundations.access.protection import IN_SIGHT, protect


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        protect(
            "duties_duty",
            # a list is read by its role, also where the person is out of that role's sight, but never by a party
            f"{IN_SIGHT.format(column='record_id')}"
            " or (role = (select access_role()) and record_id not in (select access_party()))",
        ),
    ]
