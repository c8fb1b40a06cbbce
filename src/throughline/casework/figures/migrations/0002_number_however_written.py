from importlib import import_module

from django.db import migrations

# An exact match knows a number that a telephone system writes with the country's code and a person without.
_BEFORE = import_module("throughline.casework.figures.migrations.0001_views")._CALL
_AS_WRITTEN = "md5(c.number)"
_DIGITS = r"md5(regexp_replace(regexp_replace(c.number, '\D', '', 'g'), '^(00)?44', '0'))"
assert _AS_WRITTEN in _BEFORE
_OR_REPLACE = ("create view", "create or replace view")


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_views")]
    operations = [
        migrations.RunSQL(
            _BEFORE.replace(*_OR_REPLACE).replace(_AS_WRITTEN, _DIGITS), _BEFORE.replace(*_OR_REPLACE)
        ),
    ]
