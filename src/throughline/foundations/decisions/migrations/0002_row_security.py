from django.db import migrations

from throughline.foundations.access.protection import protect


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        protect("decisions_decision"),
        protect(
            "decisions_review",
            # seen by whoever sees the decision
            "exists (select 1 from decisions_decision d where d.id = decision_id)",
        ),
    ]
