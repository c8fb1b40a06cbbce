from django.db import migrations

from throughline.foundations.access.protection import protect

# in sight with the case, for who reads about people and for who counts: codes and times alone
_ITS_CASE = "exists (select 1 from cases_case c where c.id = case_id)"
# words of a partner name people
_READS_WORDS = f"(select access_reads_people()) and {_ITS_CASE}"
# the bare ids of assessments say nothing of anybody: they tell which answers are of one
_READS_SHARED = "(select access_reads_shared())"
# answers to an assessment are about a pair, and out of sight with either of the two
_ANSWERS = """
create policy of_an_assessment on instruments_answers as restrictive using (
  not exists (select 1 from risk_sheet s where s.id = subject)
  or exists (select 1 from risk_assessment a where a.id = subject))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("risk", "0001_initial"),
        ("cases", "0002_row_security"),
        ("instruments", "0002_row_security"),
        ("access", "0004_response_and_hub"),
    ]
    operations = [
        protect("risk_sheet", _READS_SHARED),
        *(
            protect(table, _ITS_CASE)
            for table in ("risk_assessment", "risk_grading", "risk_check", "risk_hubreview")
        ),
        protect("risk_share", _READS_WORDS),
        migrations.RunSQL(_ANSWERS, "drop policy of_an_assessment on instruments_answers"),
    ]
