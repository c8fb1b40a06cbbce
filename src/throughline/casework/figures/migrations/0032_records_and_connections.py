# ruff: noqa: S608 (of our own constants)
from django.db import migrations

# The view of `0004_counter_allegations` with one more column at its end: the record by which somebody was named. A column
# cannot be taken from a view that stands, so that going back makes it anew.
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
  v.confirmed{more}
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
_RECORD = ",\n  v.record_id as record"
_INVOLVEMENT = "view handover_involvement with (security_invoker = true) as" + _COLUMNS.replace("{more}", "{}")
_CASE = """view handover_case with (security_invoker = true) as
select
  c.id as case,
  c.opened_at as at,
  (c.opened_at at time zone 'Europe/London')::date as day,
  hers.identity_id as victim,
  his.identity_id as suspect{}
from cases_case c
left join people_identitylink hers on hers.record_id = c.victim_id and hers.valid_until is null
left join people_identitylink his on his.record_id = c.suspect_id and his.valid_until is null;
"""
_RECORDS = ",\n  c.victim_id as victim_record,\n  c.suspect_id as suspect_record"
# each way round, whenever it was, and whatever the two are to each other
_CONNECTION = """
create view handover_connection with (security_invoker = true) as
select distinct c.record_id as record, c.other_id as other_record, a.identity_id as person, b.identity_id as other
from (
  select record_id, other_id from people_relationship
  union all select other_id, record_id from people_relationship
  union all select m.record_id, n.record_id
    from people_member m join people_member n on n.household_id = m.household_id and n.record_id <> m.record_id) c
join people_identitylink a on a.record_id = c.record_id and a.valid_until is null
join people_identitylink b on b.record_id = c.other_id and b.valid_until is null;
"""
# who counts must know whether two victims are connected: ids and codes alone, and none of their own matters
_COUNTED = """
create policy counted on people_relationship for select using (
  (select access_role()) = 'analyst'
  and record_id not in (select access_party()) and other_id not in (select access_party()));
create policy counted on people_member for select using (
  (select access_role()) = 'analyst' and record_id not in (select access_party()));
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0031_explanations"), ("people", "0002_row_security")]
    operations = [
        migrations.RunSQL(
            "create or replace " + _INVOLVEMENT.format(_COUNTER + _RECORD),
            "drop view handover_involvement; create " + _INVOLVEMENT.format(_COUNTER),
        ),
        migrations.RunSQL(
            "create or replace " + _CASE.format(_RECORDS),
            "drop view handover_case; create " + _CASE.format(""),
        ),
        migrations.RunSQL(_CONNECTION, "drop view handover_connection"),
        migrations.RunSQL(
            _COUNTED, "drop policy counted on people_member; drop policy counted on people_relationship"
        ),
    ]
