from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, protect, protect_shared

_READS_WORDS = f"(select access_reads_people()) and {LET_SEE_ALL.format(column='subjects')}"
# the bare ids of versions say nothing of anybody: they tell which answers are of one
_READS_SHARED = "(select access_reads_shared())"
# a plan is about her and whomever it keeps her safe from, and out of sight with any of them
_ANSWERS = """
create policy of_a_safety_plan on instruments_answers as restrictive using (
  not exists (select 1 from safeguarding_plansheet s where s.id = subject)
  or exists (select 1 from safeguarding_planversion v where v.id = subject))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0010_safety_plan"),
        ("instruments", "0002_row_security"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect("safeguarding_plansheet", _READS_SHARED),
        *(
            protect_shared(f"safeguarding_{table}")
            for table in ("planversion", "safetymeasure", "measurestep", "plancopy", "referral")
        ),
        protect("safeguarding_safetywords", _READS_WORDS),
        migrations.RunSQL(_ANSWERS, "drop policy of_a_safety_plan on instruments_answers"),
    ]
