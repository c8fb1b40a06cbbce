# ruff: noqa: S608 (of our own constants)
from django.db import migrations

# The shapes of `handover` over independent advisers, MARACs, who investigates, who is still to be found, and what she was
# told: ids, codes and times. Each is a view of whoever asks: the row policies of the tables below hold.
_DAY = "({} at time zone 'Europe/London')::date"
_ADVISER = f"""
create view handover_adviser_referral with (security_invoker = true) as
select
  r.id as referral,
  r.case_id as case,
  r.sent_at as at,
  {_DAY.format("r.sent_at")} as day,
  u.role as source,
  nullif(r.grade, '') as grade,
  r.state,
  r.contact_by,
  r.reached_at
from partnership_adviserreferral r
left join accounts_user u on u.id = r.sent_by;
"""
_MARAC = f"""
create view handover_marac_referral with (security_invoker = true) as
select m.id as referral, m.case_id as case, m.at, {_DAY.format("m.at")} as day, u.role as source
from partnership_maracreferral m
left join accounts_user u on u.id = m.by;
"""
_INVESTIGATION = f"""
create view handover_investigation with (security_invoker = true) as
select
  i.id as investigation,
  i.case_id as case,
  i.opened_at as at,
  {_DAY.format("i.opened_at")} as day,
  i.accepted_at,
  nullif(i.support, '') as support
from investigation_investigation i;
"""
_SUSPECT = """
create view handover_outstanding_suspect with (security_invoker = true) as
select o.id as outstanding, o.case_id as case, o.source, o.since, o.closed_at
from investigation_outstandingsuspect o;
"""
# at the first contact after it at which she was told of it; one in which she did not want to be told counts as well
_UPDATE = f"""
create view handover_update with (security_invoker = true) as
select distinct on (e.about, e.code, e.at)
  c.id as case,
  e.code,
  e.at,
  {_DAY.format("e.at")} as day,
  (
    select min(v.at) from safeguarding_victimcontact v
    where v.case_id = c.id and v.at >= e.at and e.code = any (v.told)
  ) as told_at
from chronology_entry e
join cases_case c on c.id = e.about
where e.kind = 'update-promised'
order by e.about, e.code, e.at;
"""
_VIEWS = {
    "handover_adviser_referral": _ADVISER,
    "handover_marac_referral": _MARAC,
    "handover_investigation": _INVESTIGATION,
    "handover_outstanding_suspect": _SUSPECT,
    "handover_update": _UPDATE,
}


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0020_outcomes"),
        ("partnership", "0002_row_security"),
        ("investigation", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL("".join(_VIEWS.values()), "".join(f"drop view {name};" for name in _VIEWS))
    ]
