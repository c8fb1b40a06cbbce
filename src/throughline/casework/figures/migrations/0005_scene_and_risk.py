# ruff: noqa: S608 (of our own constants)
from django.db import migrations

# The shapes of `handover` over the scene, risk and what a case stands on: ids, codes and times. Each is a view of
# whoever asks: the row policies of the tables below hold.
_DAY = "({} at time zone 'Europe/London')::date"
_INCIDENT = f"""
create view handover_incident with (security_invoker = true) as
select
  i.id as incident,
  i.reported_at as at,
  {_DAY.format("i.reported_at")} as day,
  i.domestic,
  i.joined_into_id is not null as joined,
  i.closed_at,
  -- every child that is named has a decision, or somebody decided that there is none
  case
    when exists (
      select 1 from cases_involvement v
      where v.incident_id = i.id and v.part = 'child' and v.ended_at is null)
    then (
      select case when bool_and(of_one.at is not null) then max(of_one.at) end
      from (
        select (
          select min(d.entered_at) from scene_childdecision d
          where d.incident_id = i.id and v.record_id = any (d.subjects)) as at
        from cases_involvement v
        where v.incident_id = i.id and v.part = 'child' and v.ended_at is null) of_one)
    else (
      select min(d.entered_at) from scene_childdecision d
      where d.incident_id = i.id and cardinality(d.subjects) = 0)
  end as children_decided_at
from cases_incident i;
"""
_CASE_INCIDENT = """
create view handover_case_incident with (security_invoker = true) as
select n.case_id as case, n.incident_id as incident from cases_caseincident n;
"""
_CRIME = f"""
create view handover_crime with (security_invoker = true) as
select
  k.id as crime,
  k.incident_id as incident,
  k.recorded_at,
  {_DAY.format("k.recorded_at")} as day,
  k.offence,
  i.domestic
from cases_crime k join cases_incident i on i.id = k.incident_id
where k.cancelled_at is null;
"""
_ANSWER = """(
    select a.answers ->> '{question}' from instruments_answers a
    where a.subject = t.id and a.instrument = '{instrument}'
      and not exists (select 1 from instruments_answers n where n.supersedes_id = a.id)
    order by a.at desc, a.id limit 1
  )"""
_ATTENDANCE = f"""
create view handover_attendance with (security_invoker = true) as
select
  t.id as attendance,
  t.incident_id as incident,
  t.began_at as at,
  {_DAY.format("t.began_at")} as day,
  i.domestic,
  {_ANSWER.format(question="apart", instrument="scene-account")} as apart,
  {_ANSWER.format(question="available", instrument="scene-video")} as camera,
  {_ANSWER.format(question="used", instrument="scene-video")} as camera_on,
  {_ANSWER.format(question="offered", instrument="scene-statement")} as statement_offered
from scene_attendance t join cases_incident i on i.id = t.incident_id;
"""
_EVIDENCE = """
create view handover_evidence with (security_invoker = true) as
select e.incident_id as incident, e.item, e.state, nullif(e.reason, '') as reason, e.entered_at
from scene_evidenceitem e
where not exists (select 1 from scene_evidenceitem n where n.supersedes_id = e.id);
"""
# a look again is at what stood then; its outcome stands on the duty that it discharged, without a word
_ACTION = f"""
create view handover_action with (security_invoker = true) as
select
  p.id as action,
  p.incident_id as incident,
  i.reported_at as at,
  {_DAY.format("i.reported_at")} as day,
  i.domestic,
  coalesce(l.identity_id, p.record_id) as person,
  p.action as done,
  p.power,
  p.at as decided_at,
  n.id is null as stands,
  (
    select d.outcome from duties_duty d
    where d.kind = 'no-arrest-review' and d.about = p.incident_id and d.record_id = p.record_id
      and d.outcome in ('agreed', 'overturned')
      and d.discharged_at >= p.entered_at and (n.id is null or d.discharged_at < n.entered_at)
    order by d.discharged_at desc limit 1
  ) as reviewed
from scene_positiveaction p
join cases_incident i on i.id = p.incident_id
left join scene_positiveaction n on n.supersedes_id = p.id
left join people_identitylink l on l.record_id = p.record_id and l.valid_until is null;
"""
_ACTION_REASON = """
create view handover_action_reason with (security_invoker = true) as
select p.id as action, r.reason from scene_positiveaction p cross join unnest(p.reasons) as r (reason);
"""
_ASSESSMENT = f"""
create view handover_assessment with (security_invoker = true) as
select
  a.id as assessment,
  a.case_id as case,
  a.incident_id as incident,
  a.instrument,
  nullif(a.how, '') as how,
  nullif(a."group", '') as relationship,
  a.assessed_at as at,
  {_DAY.format("a.assessed_at")} as day,
  a.entered_at,
  a.completed_at
from risk_assessment a;
"""
_GRADING = f"""
create view handover_grading with (security_invoker = true) as
select
  g.id as grading,
  g.case_id as case,
  g.assessment_id as assessment,
  g.stage,
  g.grade,
  nullif(g.before, '') as before,
  g.at,
  {_DAY.format("g.at")} as day,
  g.entered_at
from risk_grading g;
"""
_SECOND_LOOK = f"""
create view handover_second_look with (security_invoker = true) as
select
  k.id as look,
  k.case_id as case,
  k.at,
  {_DAY.format("k.at")} as day,
  case when k.high then 'inspector' else 'supervisor' end as stage,
  g.stage as of_stage,
  g.grade,
  k.verdict,
  n.grade as regraded
from risk_check k
left join risk_grading g on g.id = k.grading_id
left join risk_grading n on n.id = k.regraded_id
union all
select
  h.id, h.case_id, h.done_at, {_DAY.format("h.done_at")}, 'hub', g.stage, g.grade, h.outcome, n.grade
from risk_hubreview h
left join risk_grading g on g.id = h.grading_id
left join risk_grading n on n.id = h.regraded_id
where h.done_at is not null;
"""
_DUTY = f"""
create view handover_duty with (security_invoker = true) as
select
  d.id as duty,
  d.kind,
  c.id as case,
  i.id as incident,
  d.opened_at,
  d.due_at,
  {_DAY.format("d.due_at")} as day,
  d.discharged_at,
  nullif(d.outcome, '') as outcome,
  case
    when d.discharged_at is not null then d.discharged_at <= d.due_at
    when d.due_at < transaction_timestamp() then false
  end as in_time
from duties_duty d
left join cases_case c on c.id = d.about
left join cases_incident i on i.id = d.about
where c.id is not null or i.id is not null;
"""
# The rule of ADR 6, as `cases.queries.caseload` reads it: what was written down by then. A fact that lapses holds at
# its last instant, one that somebody ends does not.
_FACT_UNTIL = "least(f.valid_until + interval '1 microsecond', f.ended_at)"
_STANDING = f"""
create view handover_standing with (security_invoker = true) as
select c.id as case, 'case' as kind, null::text as code, c.opened_at as since, null::timestamptz as until
from cases_case c
union all
select c.id, 'closed', null, c.closed_at, null from cases_case c where c.closed_at is not null
union all
select e.case_id, 'closed', null, e.closed_at, e.reopened_at from cases_earlierclosing e
union all
select j.case_id, 'joined', null, j.made_at, j.ended_at from cases_joining j
union all
select n.case_id, 'incident', null, greatest(n.made_at, i.reported_at), i.closed_at
from cases_caseincident n join cases_incident i on i.id = n.incident_id
union all
select c.id, 'duty', d.kind, d.opened_at, d.discharged_at from duties_duty d join cases_case c on c.id = d.about
union all
select c.id, 'fact', f.kind, greatest(f.valid_from, f.set_at), {_FACT_UNTIL}
from cases_standingfact f join cases_case c on c.id = f.case_id
where f.kind not in ('owner', 'grade')
union all
select c.id, 'fact', f.kind, greatest(f.valid_from, f.set_at), {_FACT_UNTIL}
from cases_standingfact f
join cases_case c on c.suspect_id = f.record_id and (f.protects_id is null or f.protects_id = c.victim_id)
where f.kind not in ('owner', 'grade')
union all
select c.id, 'grade', f.value, f.valid_from, {_FACT_UNTIL}
from cases_standingfact f join cases_case c on c.id = f.case_id
where f.kind = 'grade';
"""
_VIEWS = {
    "handover_incident": _INCIDENT,
    "handover_case_incident": _CASE_INCIDENT,
    "handover_crime": _CRIME,
    "handover_attendance": _ATTENDANCE,
    "handover_evidence": _EVIDENCE,
    "handover_action": _ACTION,
    "handover_action_reason": _ACTION_REASON,
    "handover_assessment": _ASSESSMENT,
    "handover_grading": _GRADING,
    "handover_second_look": _SECOND_LOOK,
    "handover_duty": _DUTY,
    "handover_standing": _STANDING,
}

# For who counts: the views take codes alone. Duties of a case or an incident hold no word; of what was asked at a
# scene and of the facts that a case stands on the views take none.
_COUNTED = """
create policy counted on duties_duty for select using (
  (select access_role()) = 'analyst'
  and (exists (select 1 from cases_case c where c.id = about)
    or exists (select 1 from cases_incident i where i.id = about)));
create policy counted on cases_standingfact for select using (
  (select access_role()) = 'analyst' and not (subjects && (select access_out_of_sight())));
create policy counted_of_scenes on instruments_answers for select using (
  (select access_role()) = 'analyst'
  and instrument in ('scene-account', 'scene-video', 'scene-statement')
  and exists (select 1 from scene_attendance t where t.id = subject));
"""
_NOT_COUNTED = """
drop policy counted_of_scenes on instruments_answers; drop policy counted on cases_standingfact;
drop policy counted on duties_duty;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0004_counter_allegations"),
        ("cases", "0011_counter_allegations_row_security"),
        ("scene", "0002_row_security"),
        ("risk", "0002_row_security"),
        ("duties", "0002_row_security"),
        ("instruments", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL(_COUNTED, _NOT_COUNTED),
        migrations.RunSQL("".join(_VIEWS.values()), "".join(f"drop view {name};" for name in _VIEWS)),
    ]
