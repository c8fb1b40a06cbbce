from django.db import migrations

from throughline.foundations.access.protection import protect, protect_shared


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect_shared("outbox_message"),
        # seen by whoever sees its message
        protect("outbox_departure", "exists (select 1 from outbox_message m where m.id = message_id)"),
    ]
