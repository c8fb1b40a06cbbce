from django.db import migrations

from throughline.foundations.access.protection import protect


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0006_supervision"),
    ]
    operations = [
        # of rules and staff alone
        protect("contact_ruleswitch", "(select access_reads_shared())"),
    ]
