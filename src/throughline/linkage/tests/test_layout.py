"""A map of somebody's columns: what it may say, and what is wrong in words."""

from datetime import date
from pathlib import Path

import pytest

from throughline.linkage.description import Description, Name, Place
from throughline.linkage.layout import Column, Layout, LayoutError, MalformedValue, describe, read_map

ON = date(2026, 11, 23)


def map_file(folder: Path, text: str) -> Path:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_is_read(tmp_path: Path) -> None:
    layout = read_map(map_file(tmp_path, 'forename: FIRST\ndob: {column: BORN, format: "%d/%m/%Y"}\n'))

    assert layout == Layout({"forename": Column("FIRST"), "dob": Column("BORN", "%d/%m/%Y")})


@pytest.mark.parametrize("column", ["NO", "ON", "yes", "17", "1.10", "2015-03-31", "0x1F", "12:30"])
def test_a_column_is_called_what_the_map_says_and_is_no_value_of_yaml(tmp_path: Path, column: str) -> None:
    layout = read_map(
        map_file(tmp_path, f"surname: {column}\nforename: {{column: {column}}}\nphone:\nage: null\n")
    )

    assert layout == Layout({"surname": Column(column), "forename": Column(column)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sirname: LAST", "unknown field 'sirname'; is it surname"),
        ("index: {surname: LAST}", "unknown field 'index'; fields are id, forename"),
        ("dob: {format: '%Y'}", "must give a column for dob"),
        ("surname: {column: LAST, format: '%Y'}", "only dob has one"),
        ("surname: []", "must give a column for surname"),
        ("street: [LINE_1, LINE_2]", "several columns for street: give them to address"),
        ("age: [AGE, YEARS]", "several columns for age: name one of them"),
        ("surname: {column: [LAST, MAIDEN], format: '%Y'}", "only dob has one"),
        ("surname", "must hold lines"),
        ("", "must hold lines"),
        ("a: [", "not YAML"),
    ],
)
def test_a_bad_map_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LayoutError, match=said):
        read_map(map_file(tmp_path, text))


def test_a_map_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="the map cannot be read"):
        read_map(tmp_path / "none.yaml")


def test_what_recognition_does_not_know_is_kept_apart(tmp_path: Path) -> None:
    layout = read_map(
        map_file(tmp_path, "surname: LAST\nheight: TALL\neyes: {column: EYES, format: short}\n")
    )

    assert layout == Layout(
        {"surname": Column("LAST")}, {"height": Column("TALL"), "eyes": Column("EYES", "short")}
    )
    assert layout.among(["TALL"]) == Layout({}, {"height": Column("TALL")})
    assert layout.without_more() == Layout({"surname": Column("LAST")})


def test_a_second_one_of_our_fields_is_not_ours_misspelt(tmp_path: Path) -> None:
    layout = read_map(map_file(tmp_path, "town: TOWN\ntown_2: TOWN2\naddress 3: A3\n"))

    assert list(layout.more) == ["town_2", "address 3"]
    with pytest.raises(LayoutError, match="is it phone_2"):
        read_map(map_file(tmp_path, "phone2: TEL2\n"))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(LayoutError, match="no column 'LAST', which the map gives for surname"):
        Layout({"surname": Column("LAST")}).check(["FIRST"])


def test_a_column_in_other_letters_is_offered() -> None:
    with pytest.raises(LayoutError, match="for surname; is it 'Last'"):
        Layout({"surname": Column("LAST")}).check(["FIRST", "Last"])


def test_a_value_spread_over_several_columns_is_put_together(tmp_path: Path) -> None:
    layout = read_map(
        map_file(
            tmp_path,
            "address: [LINE_1, LINE_2, TOWN, PC]\nphone: [HOME, MOBILE]\nforename: [FIRST]\n"
            "dob: {column: [DAY, MONTH, YEAR], format: '%d/%m/%Y'}\n",
        )
    )
    row = {
        "LINE_1": "Flat 2", "LINE_2": "14 Alma Road", "TOWN": "n/k", "PC": "LS6 2AB", "HOME": "01632 960123", "MOBILE": "07700 900123",
        "FIRST": "Ann", "DAY": "3", "MONTH": "11", "YEAR": "1988",
    }  # fmt: skip

    assert describe(row, layout, on=ON) == Description(
        names=(Name("Ann"),),
        born=date(1988, 11, 3),
        phones=("01632 960123; 07700 900123",),
        places=(Place("Flat 2 14", "Alma Road", "", "LS6 2AB"),),
    )
    assert layout.missing(["LINE_2", "DAY", "MONTH", "YEAR", "FIRST", "HOME", "PC"]) == [
        ("address", "LINE_1"),
        ("address", "TOWN"),
        ("phone", "MOBILE"),
    ]
    assert layout.among(["LINE_2", "PC"]).value(row, "address") == "14 Alma Road, LS6 2AB"


def row_of(**fields: str) -> Description:
    return describe(fields, Layout({field: Column(field) for field in fields}), on=ON)


def test_a_row_is_described() -> None:
    assert row_of(
        forename="Ann",
        surname="Cole",
        dob="1990-02-03",
        sex="Female",
        phone="07700 900123",
        address="3 Mill Lane, York",
    ) == Description(
        names=(Name("Ann", "", "Cole"),),
        born=date(1990, 2, 3),
        sex="2",
        phones=("07700 900123",),
        places=(Place("3", "Mill Lane", "York"),),
    )


def test_an_age_or_a_year_gives_years() -> None:
    assert row_of(age="31") == Description(born_from=1994, born_to=1995)
    assert row_of(dob="1984") == Description(born_from=1984, born_to=1984)
    assert row_of(dob="", age="") == Description()


@pytest.mark.parametrize(
    "dob",
    ["03/02/1990", "1990-02-03", "19900203", "3 Feb 1990", "03.02.1990", "1990-02-03 00:00:00", "19900203.0"],
)
def test_usual_dates_are_read_without_a_format(dob: str) -> None:
    assert row_of(dob=dob).born == date(1990, 2, 3)


@pytest.mark.parametrize(
    ("dob", "born"),
    [
        ("4/9/45", date(1945, 9, 4)),
        ("25/8/04", date(2004, 8, 25)),
        ("3-Feb-90", date(1990, 2, 3)),
        ("3rd February 1990", date(1990, 2, 3)),
        ("Feb 3, 1990", date(1990, 2, 3)),
        ("1990-02-03T12:34:56Z", date(1990, 2, 3)),
        ("3/2/1990 1:30 pm", date(1990, 2, 3)),
    ],
)
def test_dates_of_two_figures_in_words_and_with_a_time_are_read(dob: str, born: date) -> None:
    assert row_of(dob=dob).born == born


def test_a_format_of_two_figures_never_gives_somebody_who_is_not_born_yet() -> None:
    layout = Layout({"dob": Column("dob", "%d/%m/%y")})

    assert describe({"dob": "4/9/45"}, layout, on=ON).born == date(1945, 9, 4)
    assert describe({"dob": "4/9/25"}, layout, on=ON).born == date(2025, 9, 4)


@pytest.mark.parametrize("dob", ["00/00/1984", "1984-00-00", "??/??/1984", "1984.0"])
def test_where_day_and_month_are_not_known_the_year_is_read(dob: str) -> None:
    assert row_of(dob=dob) == Description(born_from=1984, born_to=1984)


@pytest.mark.parametrize(
    ("age", "years"),
    [("about 31 yrs", (1994, 1995)), ("31.0", (1994, 1995)), ("30s", (1986, 1996)), ("25-30", (1995, 2001))],
)
def test_a_guessed_age_gives_the_years_that_it_allows(age: str, years: tuple[int, int]) -> None:
    assert row_of(age=age) == Description(born_from=years[0], born_to=years[1])


@pytest.mark.parametrize("nothing", ["NULL", "n/k", "Unknown", "-", "N/A", "None", "nan", "#N/A", " ?? "])
def test_a_word_for_nothing_is_nothing(nothing: str) -> None:
    fields = (
        "forename",
        "surname",
        "full_name",
        "dob",
        "age",
        "sex",
        "phone",
        "street",
        "postcode",
        "aliases",
    )

    assert row_of(**dict.fromkeys(fields, nothing)) == Description()


@pytest.mark.parametrize("name", ["Null", "Nan", "Nil", "Na", "Noone", "Blank", "Missing"])
def test_who_is_called_like_a_word_for_nothing_keeps_the_name(name: str) -> None:
    assert row_of(surname=name) == Description(names=(Name(surname=name),))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dob", "31/02/1990"),
        ("dob", "soon"),
        ("dob", "0190-01-01"),
        ("age", "x"),
        ("age", "250"),
        ("sex", "perhaps"),
        ("age", "11s"),
        ("dob", "05/1984"),
    ],
)
def test_a_malformed_value_names_its_field_and_never_itself(field: str, value: str) -> None:
    with pytest.raises(MalformedValue) as caught:
        row_of(**{field: value})
    assert caught.value.field == field
    assert value not in str(caught.value)


def test_a_given_format_is_the_only_one() -> None:
    layout = Layout({"dob": Column("dob", "%m/%d/%Y")})

    assert describe({"dob": "02/03/1990"}, layout, on=ON).born == date(1990, 2, 3)
    with pytest.raises(MalformedValue, match="form %m/%d/%Y"):
        describe({"dob": "1990-02-03"}, layout, on=ON)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            {"forename": "Sarah (Sally)", "surname": "Cole (née Frost)"},
            [Name("Sarah", "", "Cole"), Name("Sarah", "", "Frost"), Name("Sally", "", "Cole")],
        ),
        (
            {"forename": "Ann", "surname": "Cole nee Frost"},
            [Name("Ann", "", "Cole"), Name("Ann", "", "Frost")],
        ),
        (
            {"forename": "Ann", "surname": "Cole (was Hill, now Lunn)"},
            [Name("Ann", "", "Cole"), Name("Ann", "", "Hill"), Name(full="Ann Lunn")],
        ),
        ({"full_name": "Dean Cole aka Dean Frost"}, [Name(full="Dean Cole"), Name(full="Dean Frost")]),
        (
            {"full_name": "Dean Cole aka Spider"},
            [Name(full="Dean Cole"), Name(full="Dean Spider"), Name(full="Spider Cole")],
        ),
        ({"full_name": "COLE, Sarah (née Frost)"}, [Name(full="COLE, Sarah"), Name(full="Frost, Sarah")]),
        ({"full_name": "Sarah Cole formerly Frost"}, [Name(full="Sarah Cole"), Name(full="Sarah Frost")]),
        ({"surname": "Cole (deceased)"}, [Name("", "", "Cole")]),
        ({"forename": "Wong", "surname": "Nee"}, [Name("Wong", "", "Nee")]),
        ({"full_name": "Nee Wong"}, [Name(full="Nee Wong")]),
        ({"surname": "(Frost)"}, [Name("", "", "(Frost)")]),
        ({"surname": "Cole née"}, [Name("", "", "Cole née")]),
    ],
)
def test_a_box_of_names_may_hold_another_name(said: dict[str, str], names: list[Name]) -> None:
    assert list(row_of(**said).names) == names
