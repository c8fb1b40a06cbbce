from django.db import migrations

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import system
from throughline.linkage.places import read_door

_INDEXER = system("places")


def find_by_place(apps, schema_editor):
    """Contacts that were kept before places could be asked about are found by theirs."""
    set_actor(_INDEXER)
    contact_model = apps.get_model("contact", "Contact")
    kept = contact_model.objects.exclude(place="").only("id", "place")
    if not kept.exists():
        return
    # the tables are closed to a write that is not in the log
    apps.get_model("audit", "Event").objects.create(
        actor=_INDEXER.id, role=_INDEXER.role, kind="write", action="contact.take", purpose="", subjects=[], detail={}
    )
    changed = []
    for contact in kept:
        door = read_door(contact.place)
        contact.house, contact.street = door.house, door.street
        changed.append(contact)
    contact_model.objects.bulk_update(changed, ["house", "street"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0011_place_of_contacts"),
        ("access", "0003_shared"),
        ("audit", "0002_guards"),
    ]
    operations = [migrations.RunPython(find_by_place, migrations.RunPython.noop)]
