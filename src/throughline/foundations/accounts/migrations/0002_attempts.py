from django.db import migrations


class Migration(migrations.Migration):
    """The table of Django's database cache, as its `createcachetable` would make it."""

    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "create table accounts_attempt ("
            " cache_key varchar(255) primary key, value text not null, expires timestamptz not null);"
            "create index accounts_attempt_expires on accounts_attempt (expires);",
            "drop table accounts_attempt;",
        )
    ]
