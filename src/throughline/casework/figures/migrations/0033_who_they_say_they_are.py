from django.db import migrations

# How old somebody was on the day (of a birth date, not of an estimate), at the end of the view of involvements; what
# the two of a case are to each other, at the end of that of cases; and who people say they are, of all records of one
# identity what was written down last. What an officer saw of an ethnicity is none that somebody says. Whether somebody is
# disabled, their orientation and whether their gender is that of their birth are recorded nowhere yet.
_INVOLVEMENT = """
create or replace view handover_involvement with (security_invoker = true) as
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
  v.confirmed,
  (
    select case
      when a.stands <> 'decided' then a.stands
      when (a.choice = 'first-suspect') = (c.id = a.second_id) then 'counter-case'
      else 'primary-victim' end
    from cases_counterallegation a
    join cases_case c on c.id in (a.first_id, a.second_id)
    join cases_caseincident n on n.case_id = c.id and n.incident_id = v.incident_id
    left join people_identitylink h on h.record_id = c.victim_id and h.valid_until is null
    where a.ended_at is null and v.part = 'victim'
      and coalesce(h.identity_id, c.victim_id) = coalesce(l.identity_id, v.record_id)
    order by a.seen_at desc, a.id limit 1
  ) as counter,
  v.record_id as record{age}
from cases_involvement v
join cases_incident i on i.id = v.incident_id
left join people_identitylink l on l.record_id = v.record_id and l.valid_until is null
where v.ended_at is null;
"""
_AGE = """,
  (
    select extract(year from age((i.reported_at at time zone 'Europe/London')::date, r.born))::bigint
    from people_record r where r.id = v.record_id and r.born <= i.reported_at
  ) as age"""
_CASE = """
create or replace view handover_case with (security_invoker = true) as
select
  c.id as case,
  c.opened_at as at,
  (c.opened_at at time zone 'Europe/London')::date as day,
  hers.identity_id as victim,
  his.identity_id as suspect,
  c.victim_id as victim_record,
  c.suspect_id as suspect_record{relationship}
from cases_case c
left join people_identitylink hers on hers.record_id = c.victim_id and hers.valid_until is null
left join people_identitylink his on his.record_id = c.suspect_id and his.valid_until is null;
"""
_RELATIONSHIP = """,
  (
    select t.kind from people_relationship t
    where (t.record_id, t.other_id) in ((c.victim_id, c.suspect_id), (c.suspect_id, c.victim_id))
    order by t.valid_until desc nulls first, t.valid_from desc nulls last, t.id limit 1
  ) as relationship"""
_PERSON = """
create view handover_person with (security_invoker = true) as
select
  coalesce(l.identity_id, r.id) as person,
  (array_agg(r.sex order by r.made_at desc, r.id) filter (where r.sex in ('1', '2')))[1] as sex,
  (
    array_agg(
      case left(r.ethnicity, 1)
        when 'W' then 'white' when 'M' then 'mixed' when 'A' then 'asian' when 'B' then 'black' when 'O' then 'other' end
      order by r.made_at desc, r.id)
    filter (
      where r.ethnicity_scheme in ('ethnicity-16-plus-1', 'ethnicity-18-plus-1')
      and left(r.ethnicity, 1) in ('W', 'M', 'A', 'B', 'O'))
  )[1] as ethnicity,
  null::boolean as disabled,
  null::text as orientation,
  null::boolean as gender_differs
from people_record r
left join people_identitylink l on l.record_id = r.id and l.valid_until is null
where r.erased_at is null
group by 1;
"""
_WITH = _INVOLVEMENT.format(age=_AGE) + _CASE.format(relationship=_RELATIONSHIP) + _PERSON
# a column cannot be taken from a view that stands
_WITHOUT = (
    "drop view handover_person; drop view handover_case; drop view handover_involvement;"
    + _INVOLVEMENT.format(age="")
    + _CASE.format(relationship="")
)


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0032_records_and_connections"),
        ("people", "0006_markers_found_by_place"),
    ]
    operations = [migrations.RunSQL(_WITH, _WITHOUT)]
