from django.db import migrations

# The view of `0001_views` with one more column at its end: of a victim whom the suspect names as theirs, where that
# stands. A column cannot be taken from a view that stands, so that going back makes it anew.
_COLUMNS = """
select
  v.incident_id as incident,
  (i.reported_at at time zone 'Europe/London')::date as day,
  i.reported_at as at,
  i.domestic,
  exists (
    select 1 from cases_crime k where k.incident_id = i.id and k.cancelled_at is null
  ) as crime,
  coalesce(l.identity_id, v.record_id) as person,
  v.part,
  v.confirmed{counter}
from cases_involvement v
join cases_incident i on i.id = v.incident_id
left join people_identitylink l on l.record_id = v.record_id and l.valid_until is null
where v.ended_at is null;
"""
_COUNTER = """,
  (
    select case
      when a.stands <> 'decided' then a.stands
      -- where the suspect of the first case is the primary perpetrator, the second is the counter-case
      when (a.choice = 'first-suspect') = (c.id = a.second_id) then 'counter-case'
      else 'primary-victim' end
    from cases_counterallegation a
    join cases_case c on c.id in (a.first_id, a.second_id)
    join cases_caseincident n on n.case_id = c.id and n.incident_id = v.incident_id
    left join people_identitylink h on h.record_id = c.victim_id and h.valid_until is null
    where a.ended_at is null and v.part = 'victim'
      and coalesce(h.identity_id, c.victim_id) = coalesce(l.identity_id, v.record_id)
    order by a.seen_at desc, a.id limit 1
  ) as counter"""
_WITH = "create or replace view handover_involvement with (security_invoker = true) as" + _COLUMNS.format(
    counter=_COUNTER
)
_WITHOUT = (
    "drop view handover_involvement;"
    "create view handover_involvement with (security_invoker = true) as" + _COLUMNS.format(counter="")
)


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0003_counted_without_sorting"),
        ("cases", "0011_counter_allegations_row_security"),
    ]
    operations = [migrations.RunSQL(_WITH, _WITHOUT)]
