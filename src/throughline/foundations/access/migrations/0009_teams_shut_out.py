from django.db import migrations

from throughline.foundations.access.protection import HIDDEN_AT_ONCE


class Migration(migrations.Migration):
    """Who is party to a matter is shut out of it with their team."""

    dependencies = [("access", "0008_kept_out_by_index")]
    operations = [migrations.RunSQL(HIDDEN_AT_ONCE, migrations.RunSQL.noop)]
