from django.db import migrations

from throughline.foundations.access.protection import protect

_OWN = "(\"user\" = (select access_actor()) or (select access_role()) = 'system')"
# who answers for a turn reads whose work stands still; what was typed is encrypted to them too
_LED = "(select access_role()) in ('response-sergeant', 'duty-inspector')"


class Migration(migrations.Migration):
    dependencies = [("offline", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        protect("offline_lease", f"{_OWN} or {_LED}", check=_OWN),
        protect("offline_entry", f"{_OWN} or {_LED}", check=_OWN),
    ]
