"""What the database itself holds about the log."""

FUNCTIONS = """
create function audit_opens_writing() returns trigger language plpgsql as $$
begin
  if current_setting('throughline.looking', true) = 'on' then
    raise exception 'a page that is only looked at wrote' using errcode = 'insufficient_privilege';
  end if;
  perform set_config('throughline.audited', pg_current_xact_id()::text, true);
  return null;
end $$;

create trigger opens_writing after insert on audit_event
  for each row when (new.kind = 'write') execute function audit_opens_writing();

create function audit_required() returns void language plpgsql as $$
begin
  if current_setting('throughline.audited', true) is distinct from pg_current_xact_id()::text then
    raise exception 'an unaudited write was refused' using errcode = 'insufficient_privilege';
  end if;
end $$;

create index audit_event_subjects on audit_event using gin (subjects);

alter table audit_event enable row level security, force row level security;
-- everybody's looks are written; only these read them. The sealer and the auditor's login see all.
create policy written on audit_event for insert with check (true);
create policy read_by_role on audit_event for select
  using (access_role() in ('auditor', 'control-room-supervisor', 'restricted-records-desk', 'system'));
"""

DROP_FUNCTIONS = """
drop policy read_by_role on audit_event; drop policy written on audit_event;
alter table audit_event disable row level security;
drop index audit_event_subjects;
drop trigger opens_writing on audit_event;
drop function audit_required(); drop function audit_opens_writing();
"""
