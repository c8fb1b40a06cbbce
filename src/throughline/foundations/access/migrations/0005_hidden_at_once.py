from django.db import migrations

from throughline.foundations.access.protection import HIDDEN_AT_ONCE


class Migration(migrations.Migration):
    """Who is out of sight, worked out once a statement and not once a grant."""

    dependencies = [("access", "0004_response_and_hub")]
    operations = [migrations.RunSQL(HIDDEN_AT_ONCE, migrations.RunSQL.noop)]
