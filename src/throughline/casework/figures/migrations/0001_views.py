from django.db import migrations

# The shapes of `handover`, of whatever the login that asks may see: the row policies of the tables below hold.
# Numbers and places are told apart by a count that means nothing outside the one reading.
_CALL = """
create view handover_call with (security_invoker = true) as
select
  c.id as call,
  c.received_at as at,
  (c.received_at at time zone 'Europe/London')::date as day,
  c.channel,
  c.caller,
  c.line,
  coalesce(i.domestic, c.domestic) as domestic,
  coalesce(i.recorded_as, c.recorded_as) as recorded_as,
  c.incident_id as incident,
  case when c.number <> '' then dense_rank() over (order by md5(c.number)) end as number,
  case when c.place <> '' or c.postcode <> ''
    then dense_rank() over (order by md5(lower(c.place || '/' || c.postcode))) end as place,
  exists (
    select 1 from instruments_answers a
    where a.subject = c.id and a.instrument like 'call-script%' and a.answers <> '{}'::jsonb
  ) as script_used,
  (
    select case
      when 'concern' in (
        a.answers ->> 'threat', a.answers ->> 'harm', a.answers ->> 'risk', a.answers ->> 'investigation',
        a.answers ->> 'vulnerability', a.answers ->> 'engagement') then 'concern'
      when a.answers <> '{}'::jsonb then 'none-said' end
    from instruments_answers a
    where a.subject = c.id and a.instrument = 'thrive'
    order by a.at desc limit 1
  ) as thrive
from contact_contact c left join cases_incident i on i.id = c.incident_id;
"""
_DEPLOYMENT = """
create view handover_deployment with (security_invoker = true) as
select
  d.id as deployment,
  d.contact_id as call,
  d.grade,
  d.decided_at,
  d.due_at,
  d.arrived_at,
  not exists (select 1 from contact_deployment n where n.supersedes_id = d.id) as stands,
  (select min(b.sent_at) from contact_brief b where b.deployment_id = d.id) as brief_sent_at,
  (select min(b.opened_at) from contact_brief b where b.deployment_id = d.id) as brief_opened_at
from contact_deployment d;
"""
_INVOLVEMENT = """
create view handover_involvement with (security_invoker = true) as
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
  v.confirmed
from cases_involvement v
join cases_incident i on i.id = v.incident_id
left join people_identitylink l on l.record_id = v.record_id and l.valid_until is null
where v.ended_at is null;
"""
_PROPOSAL = """
create view handover_proposal with (security_invoker = true) as
select
  p.id as proposal,
  p.contact_id as call,
  p.rule,
  (c.received_at at time zone 'Europe/London')::date as day,
  p.accepted
from contact_proposal p join contact_contact c on c.id = p.contact_id;
"""
_DROP = """
drop view handover_proposal; drop view handover_involvement; drop view handover_deployment;
drop view handover_call;
"""

# whether a script was used and what was weighed, for who counts: the views take codes alone
_COUNTED = """
create policy counted on instruments_answers for select using (
  (select access_role()) = 'analyst'
  and (instrument = 'thrive' or instrument like 'call-script%')
  and exists (select 1 from contact_contact c where c.id = subject));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0004_taking_row_security"),
        ("cases", "0003_incident_number"),
        ("instruments", "0002_row_security"),
        ("people", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL(_COUNTED, "drop policy counted on instruments_answers"),
        migrations.RunSQL(_CALL + _DEPLOYMENT + _INVOLVEMENT + _PROPOSAL, _DROP),
    ]
