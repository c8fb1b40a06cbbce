from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, LET_SEE_ONE, reword_policies

# policies that hold each row against all who are hidden say the same of the row's own subjects
_SEVERAL = r"\(NOT \((\w+|ARRAY\[\w+\]) && \( SELECT access_out_of_sight\(\) AS access_out_of_sight\)\)\)"
_ONE = r"\(NOT \((\w+) IN \( SELECT access_hidden\(\) AS access_hidden\)\)\)"


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0006_days_estimated"),
        ("access", "0006_kept_out"),
        ("risk", "0002_row_security"),
        ("scene", "0003_found_by_time"),
        ("contact", "0014_recordings_row_security"),
        ("cases", "0011_counter_allegations_row_security"),
        ("people", "0006_markers_found_by_place"),
    ]
    operations = [
        reword_policies(
            (_SEVERAL, f"({LET_SEE_ALL.format(column=r'\1')})"), (_ONE, f"({LET_SEE_ONE.format(column=r'\1')})")
        )
    ]
