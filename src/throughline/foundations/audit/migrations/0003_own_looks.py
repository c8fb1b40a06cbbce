from django.db import migrations


class Migration(migrations.Migration):
    """Whoever looked may read that they did, so that a page can say what has come since; nobody else's rows."""

    dependencies = [("audit", "0002_guards")]
    operations = [
        migrations.RunSQL(
            "create policy own_looks on audit_event for select"
            " using (actor = (select access_actor()) and kind = 'look')",
            "drop policy own_looks on audit_event",
        )
    ]
