from django.db import migrations

from throughline.foundations.access.protection import read_by_the_hundred


class Migration(migrations.Migration):
    dependencies = [("people", "0008_keyed"), ("access", "0008_kept_out_by_index")]
    operations = [read_by_the_hundred(f"people_{table}") for table in ("key", "features", "identitylink")]
