from django.db import migrations

from throughline.foundations.access.protection import protect


class Migration(migrations.Migration):
    dependencies = [("instruments", "0001_initial"), ("audit", "0002_guards")]
    operations = [protect("instruments_answers", column="subject")]
