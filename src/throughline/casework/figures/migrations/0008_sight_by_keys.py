from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, LET_SEE_ONE, reword_policies

# policies that hold each row against its own grants, however many rows are read
_SEVERAL = (
    r"\(NOT COALESCE\(\((\w+|ARRAY\[\w+\]) && \( SELECT access_counts_all_but\(\) AS access_counts_all_but\)\),"
    r" access_kept_out\(\1\)\)\)"
)
_ONE = r"\(NOT access_kept_out\((\w+)\)\)"


class Migration(migrations.Migration):
    dependencies = [("figures", "0007_sight_by_index"), ("access", "0007_kept_keys")]
    operations = [
        reword_policies(
            (_SEVERAL, f"({LET_SEE_ALL.format(column=r'\1')})"), (_ONE, f"({LET_SEE_ONE.format(column=r'\1')})")
        ),
        migrations.RunSQL("drop function if exists access_counts_all_but()", migrations.RunSQL.noop),
    ]
