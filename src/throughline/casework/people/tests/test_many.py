"""Reading by many ids at once."""

from uuid import uuid4

import pytest

from throughline.casework.people.models import Name, Record
from throughline.casework.people.queries.many import among

pytestmark = pytest.mark.django_db


def test_the_same_rows_are_found_as_one_by_one(add):
    one, other, _another = add("Ada", "Quillgrove"), add("Ben", "Quillmore"), add("Maud", "Ferncliffe")
    assert set(Record.objects.filter(among("id", {one, other, uuid4()})).values_list("id", flat=True)) == {
        one,
        other,
    }
    theirs = Name.objects.filter(among("record__id", [one]) | among("record", [other]))
    assert {name.surname for name in theirs} == {"Quillgrove", "Quillmore"}


def test_of_no_id_nothing_is_asked_and_nothing_found(add, django_assert_num_queries):
    ada = add("Ada", "Quillgrove")
    with django_assert_num_queries(0):
        assert not Record.objects.filter(among("id", []))
    either = Name.objects.filter(among("record", []) | among("record", [ada]))
    assert [name.surname for name in either] == ["Quillgrove"]
