from django.db import migrations

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import system
from throughline.linkage.description import Place
from throughline.linkage.places import door_of

_INDEXER = system("places")


def find_by_place(apps, schema_editor):
    """Markers that were set before places could be asked about are found by theirs."""
    set_actor(_INDEXER)
    marker_model = apps.get_model("people", "Marker")
    kept = list(marker_model.objects.filter(address__isnull=False).select_related("address"))
    if not kept:
        return
    # the tables are closed to a write that is not in the log
    apps.get_model("audit", "Event").objects.create(
        actor=_INDEXER.id, role=_INDEXER.role, kind="write", action="marker.set", purpose="", subjects=[], detail={}
    )
    for marker in kept:
        at = marker.address
        door = door_of(Place(at.number, at.street, at.town, at.postcode))
        marker.house, marker.street, marker.postcode = door.house, door.street, door.postcode
    marker_model.objects.bulk_update(kept, ["house", "street", "postcode"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_place_of_markers"),
        ("access", "0003_shared"),
        ("audit", "0002_guards"),
    ]
    operations = [migrations.RunPython(find_by_place, migrations.RunPython.noop)]
