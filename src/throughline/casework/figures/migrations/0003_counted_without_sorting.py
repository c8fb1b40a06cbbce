from importlib import import_module

from django.db import migrations

# Numbers and places are told apart by a hash whose seed is the moment at which the transaction began: it means
# nothing outside the one reading, as the count before it, and is made of the rows that are asked for alone. A rank
# sorted every call there is twice, whatever day was asked about.
_BEFORE = import_module("throughline.casework.figures.migrations.0002_number_however_written")
_OR_REPLACE = _BEFORE._OR_REPLACE
_RANKED = _BEFORE._BEFORE.replace(*_OR_REPLACE).replace(_BEFORE._AS_WRITTEN, _BEFORE._DIGITS)
_RANKS = (
    f"dense_rank() over (order by {_BEFORE._DIGITS})",
    "dense_rank() over (order by md5(lower(c.place || '/' || c.postcode)))",
)
_SEED = "(extract(epoch from transaction_timestamp()) * 1000000)::bigint"


def _hashed(view: str) -> str:
    for rank in _RANKS:
        assert rank in view
        said = rank.removeprefix("dense_rank() over (order by md5(").removesuffix("))")
        view = view.replace(rank, f"hashtextextended({said}, {_SEED})")
    return view


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_number_however_written")]
    operations = [migrations.RunSQL(_hashed(_RANKED), _RANKED)]
