from django.db import migrations

from throughline.foundations.access.protection import KEPT_OUT


class Migration(migrations.Migration):
    """Whether somebody is kept from a reader is told by their own grants, without those of everybody else."""

    dependencies = [("access", "0011_investigators")]
    operations = [migrations.RunSQL(KEPT_OUT, migrations.RunSQL.noop)]
