from django.db import migrations

from throughline.foundations.access.protection import protect

# who may see a crime may see what became of it
_ITS_CRIME = "exists (select 1 from cases_crime c where c.id = crime_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("outcome", "0001_initial"),
        ("cases", "0002_row_security"),
        ("access", "0007_kept_keys"),
    ]
    operations = [
        protect(f"outcome_{table}", _ITS_CRIME)
        for table in ("outcome", "victimreview", "courtevent", "courtreference")
    ]
