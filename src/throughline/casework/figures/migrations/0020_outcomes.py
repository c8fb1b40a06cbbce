from django.db import migrations

# codes and instants alone; its rows are those whose crime the reader sees
_OUTCOME = """
create view handover_outcome with (security_invoker = true) as
select
  o.id as outcome,
  o.crime_id as crime,
  o.code,
  o.decided_at,
  (o.decided_at at time zone 'Europe/London')::date as day,
  o.state in ('stands', 'sent-back') as stands
from outcome_outcome o;
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0009_safeguarding"), ("outcome", "0002_row_security")]
    operations = [migrations.RunSQL(_OUTCOME, "drop view handover_outcome")]
