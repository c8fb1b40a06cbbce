from django.db import migrations


class Migration(migrations.Migration):
    """At this site, where no person is held, its administrators read who did what; a force's site has auditors for it."""

    dependencies = [("collection", "0002_row_security"), ("audit", "0004_own_looks_found")]
    operations = [
        migrations.RunSQL(
            "create policy national_log on audit_event for select"
            " using ((select access_role()) = 'administrator')",
            "drop policy national_log on audit_event",
        )
    ]
