from django.db import migrations

# Unlogged: it holds nothing that is not in the file. No row security, which COPY does not pass; only the
# importer's login has any right on it (`foundations.access.logins.IMPORTS`).
_STAGING = """
create unlogged table people_staging (
  run uuid not null,
  line bigint not null,
  source_ref text,
  digest bytea,
  said jsonb,
  packed bytea,
  keys bigint[],
  field text not null,
  reason text not null,
  -- the record and the identity that the row becomes where there is none of its reference
  record uuid not null default gen_random_uuid(),
  identity uuid not null default gen_random_uuid(),
  primary key (run, line)
);
create index people_staging_ref on people_staging (run, source_ref, line);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_row_security")]
    operations = [migrations.RunSQL(_STAGING, "drop table people_staging")]
