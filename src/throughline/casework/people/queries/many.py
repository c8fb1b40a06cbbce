"""Reading by many ids at once."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, UUIDField, Value


def among(column: str, ids: Iterable[UUID]) -> Q:
    """That a column is one of many ids, told as one value, where ``in`` would make a value of each.

    A value for each takes Django, the driver and the planner about as long as the rows that are found by them. Of no
    id at all nothing is asked.
    """
    many = list(ids)
    if not many:
        return Q(pk__in=())
    one_of = Func(
        F(column),
        Value(many, output_field=ArrayField(UUIDField())),
        template="(%(expressions)s))",
        arg_joiner=" = any(",
        output_field=BooleanField(),
    )
    return Q(one_of)
