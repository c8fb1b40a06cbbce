# ruff: noqa: S608 (of our own constants)
from django.db import migrations

# The shapes of `handover` over who owns a case, being in touch with her, her plan and what was ordered for her: ids,
# codes and times. Each is a view of whoever asks: the row policies of the tables below hold.
_DAY = "({} at time zone 'Europe/London')::date"
_CASE = f"""
create view handover_case with (security_invoker = true) as
select
  c.id as case,
  c.opened_at as at,
  {_DAY.format("c.opened_at")} as day,
  hers.identity_id as victim,
  his.identity_id as suspect
from cases_case c
left join people_identitylink hers on hers.record_id = c.victim_id and hers.valid_until is null
left join people_identitylink his on his.record_id = c.suspect_id and his.valid_until is null;
"""
# what is known of it reaches until the instant at which it is asked
_CLOSING = f"""
create view handover_closing with (security_invoker = true) as
select c.id as case, c.closed_at as at, {_DAY.format("c.closed_at")} as day, transaction_timestamp() as known_until
from cases_case c where c.closed_at is not null
union all
select e.case_id, e.closed_at, {_DAY.format("e.closed_at")}, transaction_timestamp() from cases_earlierclosing e;
"""
_OWNERSHIP = f"""
create view handover_ownership with (security_invoker = true) as
select
  f.id as ownership,
  f.case_id as case,
  f.valid_from as at,
  {_DAY.format("f.valid_from")} as day,
  f.ended_at as until,
  f.ended_because as ended
from cases_standingfact f where f.kind = 'owner' and f.case_id is not null;
"""
_CONTACT = f"""
create view handover_victim_contact with (security_invoker = true) as
select
  v.id as contact,
  v.case_id as case,
  v.at,
  {_DAY.format("v.at")} as day,
  v.way,
  v.result,
  v.hers,
  v.prompted,
  nullif(v.feels, '') as feels
from safeguarding_victimcontact v;
"""
# hers, whichever of her cases asked for it
_PLAN = """
create view handover_plan with (security_invoker = true) as
select p.id as plan, c.id as case, p.completed_at, nullif(p.agreed, '') as agreed
from safeguarding_planversion p
join people_identitylink hers on hers.record_id = p.record_id and hers.valid_until is null
join people_identitylink same on same.identity_id = hers.identity_id and same.valid_until is null
join cases_case c on c.victim_id = same.record_id
where p.completed_at is not null;
"""
_MEASURE = f"""
create view handover_safety_measure with (security_invoker = true) as
select
  m.id as measure,
  m.case_id as case,
  m.kind,
  m.state,
  m.first_ordered_at as ordered_at,
  {_DAY.format("m.first_ordered_at")} as day,
  m.fitted_at
from safeguarding_safetymeasure m where m.first_ordered_at is not null;
"""
_VIEWS = {
    "handover_case": _CASE,
    "handover_closing": _CLOSING,
    "handover_ownership": _OWNERSHIP,
    "handover_victim_contact": _CONTACT,
    "handover_plan": _PLAN,
    "handover_safety_measure": _MEASURE,
}
# a column more, at the end
_DUTY = f"""
create or replace view handover_duty with (security_invoker = true) as
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
  end as in_time,
  d.role
from duties_duty d
left join cases_case c on c.id = d.about
left join cases_incident i on i.id = d.about
where c.id is not null or i.id is not null;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0008_sight_by_keys"),
        ("safeguarding", "0011_safety_plan_row_security"),
        ("people", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL("".join(_VIEWS.values()), "".join(f"drop view {name};" for name in _VIEWS)),
        migrations.RunSQL(_DUTY, migrations.RunSQL.noop),
    ]
