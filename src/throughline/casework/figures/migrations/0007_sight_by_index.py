from django.db import migrations

from throughline.foundations.access.protection import LET_SEE_ALL, LET_SEE_ONE

# policies that hold each row against all who are hidden say the same of the row's own subjects. Those of every earlier
# room are among them, whether written by `protect` or by hand
_BY_INDEX = rf"""
do $$
declare
  policy record;
  several constant text := '\(NOT \((\w+|ARRAY\[\w+\]) && \( SELECT access_out_of_sight\(\) AS access_out_of_sight\)\)\)';
  one constant text := '\(NOT \((\w+) IN \( SELECT access_hidden\(\) AS access_hidden\)\)\)';
  let_see_all constant text := '({LET_SEE_ALL.format(column="\\1")})';
  let_see_one constant text := '({LET_SEE_ONE.format(column="\\1")})';
begin
  for policy in
    select p.policyname, p.tablename,
      regexp_replace(regexp_replace(p.qual, several, let_see_all, 'g'), one, let_see_one, 'g') as reads,
      regexp_replace(regexp_replace(p.with_check, several, let_see_all, 'g'), one, let_see_one, 'g') as writes
    from pg_policies p
    where p.schemaname = current_schema
      and concat(p.qual, p.with_check) ~ 'access_out_of_sight|access_hidden'
  loop
    execute format('alter policy %I on %I', policy.policyname, policy.tablename)
      || coalesce(' using (' || policy.reads || ')', '') || coalesce(' with check (' || policy.writes || ')', '');
  end loop;
end $$;
"""  # noqa: S608 (of our own constants)


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0006_days_estimated"),
        ("access", "0006_kept_out"),
        ("risk", "0002_row_security"),
        ("scene", "0003_found_by_time"),
        ("contact", "0014_recordings_row_security"),
        ("cases", "0011_counter_allegations_row_security"),
        ("people", "0006_markers_found_by_place"),
    ]
    operations = [migrations.RunSQL(_BY_INDEX, migrations.RunSQL.noop)]
