"""Which printed figures do not follow from the others: each rule by example, bad files, and injected errors."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from consistency import measure
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.reference import load
from throughline.statistics.cli import statistics
from throughline.statistics.consistency import COLUMNS, FileError, Finding, check, read, read_file
from throughline.statistics.consistency.rounding import Span, counted, roundness
from throughline.statistics.consistency.words import numbers
from throughline.statistics.printed import UnknownReport, printed, text_of

YEAR = {"period_start": "2014-04-01", "period_end": "2015-03-31", "geography": "England and Wales"}
EARLIER = {"period_start": "2012-09-01", "period_end": "2013-08-31", "geography": "England and Wales"}
BETWEEN = {"period_start": "2013-08-31", "period_end": "2015-03-31", "geography": "England and Wales"}


def text(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for at, row in enumerate(rows, start=1):
        writer.writerow({"id": f"F{at}", "statistic": "count", "qualifier": "=", **YEAR, **row})
    return out.getvalue()


def found(*rows: dict[str, str]) -> list[Finding]:
    facts, bad, _ = read(text(*rows))
    assert bad == ()
    return list(check(facts))


def rules(*rows: dict[str, str]) -> list[str]:
    return [finding.rule for finding in found(*rows)]


def share(value: str, above: str = "", below: str = "", **more: str) -> dict[str, str]:
    return {
        "indicator": "photographs_taken", "statistic": "percent", "value": value, "unit": "percent of files",
        "numerator": above, "denominator": below, **more,
    }  # fmt: skip


def forces(name: str, value: str, of: str = "43", **more: str) -> dict[str, str]:
    return {
        "indicator": name, "statistic": "n_forces", "value": value, "unit": "forces", "numerator": value, "denominator": of,
        **more,
    }  # fmt: skip


class TestOneRow:
    def test_a_percentage_follows_from_its_counts_once_rounded(self) -> None:
        assert found(share("56", "214", "384")) == []
        (one,) = found(share("65", "214", "384"))
        assert one.rule == "percentage of its counts"
        assert (one.fact_ids, one.printed, one.recomputed) == (("F1",), "65", "55.73")
        assert "214 / 384 = 55.73" in one.message

    def test_rounded_counts_leave_room(self) -> None:
        # 6,400 and 11,200 may be 6,449 and 11,151: 73 to 77 percent
        change = {
            "indicator": "x_change",
            "statistic": "percent",
            "unit": "percent change",
            "numerator": "11200",
            "denominator": "6400",
        }
        assert found({**change, **BETWEEN, "value": "74"}) == []
        assert rules({**change, **BETWEEN, "value": "70"}) == ["percentage of its counts"]

    def test_a_part_is_never_above_its_whole(self) -> None:
        assert "part above whole" in rules(share("56", "384", "214"))

    def test_a_share_stays_within_nought_and_all(self) -> None:
        assert rules(share("156")) == ["share beyond its whole"]
        assert rules(share("1.2", statistic="rate", unit="proportion")) == ["share beyond its whole"]
        assert rules(share("-4")) == ["share beyond its whole"]

    def test_forces_are_whole_and_no_more_than_there_are(self) -> None:
        assert rules(forces("forces_inspected", "43")) == []
        assert "broken count" in rules(forces("forces_inspected", "39.5"))
        assert "part above whole" in rules(forces("forces_inspected", "44"))
        assert "more forces than there are" in rules(forces("forces_inspected", "40", "44"))

    def test_a_percentage_is_in_percent_and_a_count_is_not(self) -> None:
        assert rules({**share("56"), "unit": "files"}) == ["unit of its kind"]
        assert rules({"indicator": "files", "value": "56", "unit": "percent of files"}) == [
            "unit of its kind"
        ]

    def test_half_a_day_is_no_broken_count(self) -> None:
        assert rules({"indicator": "training", "value": "0.5", "unit": "days"}) == []

    def test_over_and_about_are_understood(self) -> None:
        assert rules(share("20", "71", "329", qualifier=">")) == []
        assert rules(share("23", "71", "329", qualifier=">")) == ["percentage of its counts"]
        assert rules(share("0.5", "540", "1025", statistic="rate", unit="proportion", qualifier="≈")) == []

    def test_the_quotation_beside_a_figure_names_it(self) -> None:
        assert rules(share("56", quote="taken in 56 percent of them")) == []
        assert rules(share("65", quote="taken in 56 percent of them")) == ["quotation"]
        assert rules(share("56", quote="in more than half")) == []
        counted = {
            "indicator": "responses_academics",
            "unit": "responses",
            "quote": "12 groups, 3 academics and",
        }
        assert rules({**counted, "value": "3"}) == []
        assert rules({**counted, "value": "30"}) == ["quotation"]
        told = {"indicator": "charge_rate", "statistic": "percent", "unit": "percent of crimes"}
        quote = "between 16 percent in Kent and 51 percent in Northumbria"
        assert rules({**told, "geography": "Kent", "value": "16", "quote": quote}) == []
        assert rules({**told, "geography": "Kent", "value": "51", "quote": quote}) == ["quotation"]

    @pytest.mark.parametrize(
        ("value", "unit", "quote", "asked"),
        [
            ("5", "meetings", "met five times during the programme", False),
            ("4", "meetings", "met five times during the programme", True),
            ("3", "years", "part of a three-year pilot", False),
            ("4", "years", "part of a three-year pilot", True),
            ("8", "advisers", "rose from 3 to 8 in June 2015", False),
            ("10", "advisers", "rose from 3 to 8 in June 2015", True),
            ("2009", "year", "adopted by all in 2009", False),
            ("2006", "year", "adopted by all in 2009", True),
            # a label, a day, a year and a base count nothing
            ("9", "examples", "Table 3: Examples of prosecutions", False),
            ("9", "examples", "seen on 31 March 2015", False),
            ("9", "cases", "cases per 10,000 women", False),
            # cut before or behind its figure, or counted in words that name none
            ("31", "crimes", "rose (from 269,700 to", False),
            ("9", "responses", "responses, and 1 of a survivor", False),
            ("2", "teams", "both teams, with 14 officers", False),
        ],
    )
    def test_a_quotation_that_names_one_figure_alone_names_its_own(
        self, value: str, unit: str, quote: str, asked: bool
    ) -> None:
        told = rules({"indicator": "told_of", "value": value, "unit": unit, "quote": quote})
        assert told == (["quotation"] if asked else [])


class TestRowsOfEachOther:
    def test_the_same_thing_told_twice(self) -> None:
        told = [
            {"indicator": "case_files", "value": value, "source_ref": f"Ch{at}"}
            for at, value in enumerate(("480", "480", "408"))
        ]
        (one,) = found(*told)
        assert one.rule == "told twice"
        assert one.fact_ids == ("F3", "F1", "F2")
        assert (one.printed, one.recomputed) == ("408", "480")

    def test_over_so_many_and_so_many_agree(self) -> None:
        calls = {"indicator": "da_calls", "unit": "calls"}
        assert rules({**calls, "value": "900000", "qualifier": ">"}, {**calls, "value": "909000"}) == []
        assert rules({**calls, "value": "900000", "qualifier": ">"}, {**calls, "value": "1009000"}) == [
            "told twice"
        ]

    def test_a_list_of_alternatives_is_not_one_thing_told_twice(self) -> None:
        told = [
            {"indicator": "update_days", "unit": "days", "value": value, "source_ref": "Ch2"}
            for value in ("7", "14", "21")
        ]
        assert rules(*told) == []

    def test_a_change_follows_from_two_periods(self) -> None:
        rows = [
            {"indicator": "da_crimes_recorded", "value": "269700", **EARLIER},
            {"indicator": "da_crimes_recorded", "value": "353100"},
        ]
        change = {
            "indicator": "da_crimes_change",
            "statistic": "percent",
            "unit": "percent change",
            **BETWEEN,
        }
        assert rules(*rows, {**change, "value": "31"}) == []
        (one,) = found(*rows, {**change, "value": "13"})
        assert one.rule == "change between two periods"
        assert {*one.fact_ids} == {"F1", "F2", "F3"}
        assert one.recomputed == "30.92"

    def test_a_fall_told_as_such_has_no_minus(self) -> None:
        rows = [
            {"indicator": "front_counters", "value": "881", **EARLIER},
            {"indicator": "front_counters", "value": "691"},
        ]
        fall = {"indicator": "front_counters_fall", "statistic": "percent", "unit": "percent", **BETWEEN}
        assert rules(*rows, {**fall, "value": "22"}) == []
        assert rules(*rows, {**fall, "value": "12"}) == ["change between two periods"]

    def test_a_rise_may_be_of_more_than_all(self) -> None:
        assert (
            rules(
                {
                    "indicator": "x",
                    "statistic": "percent",
                    "unit": "percent increase",
                    "value": "132",
                    **BETWEEN,
                }
            )
            == []
        )

    def test_a_change_from_more_than_so_much_is_held_by_what_it_may_be(self) -> None:
        rows = [
            {"indicator": "recorded", "value": "400000", "qualifier": ">", **EARLIER},
            {"indicator": "recorded", "value": "434095"},
        ]
        change = {"indicator": "recorded_change", "statistic": "percent", "unit": "percent", **BETWEEN}
        assert rules(*rows, {**change, "value": "8"}) == []
        assert rules(*rows, {**change, "value": "18"}) == ["change between two periods"]

    def test_points_follow_from_two_shares(self) -> None:
        rows = [share("76", **EARLIER), share("66")]
        change = {
            "indicator": "photographs_taken_change",
            "statistic": "percent",
            "unit": "percentage points",
            **BETWEEN,
        }
        assert rules(*rows, {**change, "value": "-10"}) == []
        assert rules(*rows, {**change, "value": "10"}) == ["change between two periods"]

    def test_a_share_follows_from_the_total_that_it_is_of(self) -> None:
        rows = [
            {"indicator": "da_calls_for_assistance", "value": "909000"},
            {"indicator": "total_calls_for_assistance", "value": "20000000", "qualifier": ">"},
        ]
        told = {"indicator": "da_share_of_total_calls", "statistic": "percent", "unit": "percent of calls"}
        assert rules(*rows, {**told, "value": "4.5"}) == []
        assert rules(*rows, {**told, "value": "5.4"}) == ["share of a total"]

    def test_a_share_follows_from_two_counts_of_its_names(self) -> None:
        rows = [
            {"indicator": "dvpo_breaches", "value": "907", "unit": "breaches"},
            {"indicator": "dvpo_granted", "value": "3907", "unit": "orders"},
        ]
        told = {
            "indicator": "dvpo_breaches_share_of_dvpo_granted",
            "statistic": "percent",
            "unit": "percent of orders",
        }
        assert rules(*rows, {**told, "value": "23"}) == []
        assert rules(*rows, {**told, "value": "32"}) == ["share of a total"]

    @pytest.mark.parametrize(
        ("told", "right", "wrong"),
        [
            (
                {"indicator": "da_arrest_rate", "statistic": "rate", "unit": "arrests per 100 crimes"},
                "48",
                "84",
            ),
            ({"indicator": "da_arrests", "statistic": "percent", "unit": "percent of crimes"}, "48", "84"),
            (
                {"indicator": "da_arrest_rate", "statistic": "rate", "unit": "arrests per 1,000 crimes"},
                "484",
                "448",
            ),
        ],
    )
    def test_a_rate_follows_from_what_is_counted_and_its_base(
        self, told: dict[str, str], right: str, wrong: str
    ) -> None:
        rows = [
            {"indicator": "da_arrests", "value": "210001", "unit": "arrests"},
            {"indicator": "da_recorded_crimes", "value": "434095", "unit": "crimes"},
        ]
        assert rules(*rows, {**told, "value": right}) == []
        assert rules(*rows, {**told, "value": wrong}) == ["rate of its base"]
        # of two things that are counted in crimes nobody knows which it is of
        other = {"indicator": "all_crimes", "value": "3900000", "unit": "crimes"}
        assert "rate of its base" not in rules(*rows, other, {**told, "value": wrong})

    def test_shares_that_divide_a_whole_are_all_of_it(self) -> None:
        def told(*values: str, last: str = "standard") -> list[dict[str, str]]:
            grades = zip(("high", "medium", last), values, strict=True)
            return [share(value, indicator=f"graded_{grade}") for grade, value in grades]

        assert rules(*told("11", "31", "58")) == []
        assert rules(*told("11", "31", "78")) == ["shares of one total"]
        assert rules(*told("11", "31", "38")) == ["shares of one total"]
        # what is left over may be told in part; what is not known to be apart may overlap
        assert rules(*told("11", "31", "38", last="other")) == []
        assert rules(*told("11", "31", "78", last="other")) == ["shares of one total"]
        assert rules(*told("71", "31", "78", last="photographed")) == []

    def test_forces_together_count_no_more_than_all(self) -> None:
        def told(place: str, value: str) -> dict[str, str]:
            return {"indicator": "dvpo_granted", "unit": "orders", "geography": place, "value": value}

        assert rules(told("England and Wales", "1003"), told("Kent", "311"), told("Essex", "650")) == []
        (one,) = found(told("England and Wales", "1003"), told("Kent", "611"), told("Essex", "650"))
        assert (one.rule, one.recomputed) == ("forces and their total", "1,261 at least")
        every = [told(row.label, "100") for row in load("forces").rows]
        assert rules(told("England and Wales", "4301"), *every) == ["forces and their total"]
        assert rules(told("England and Wales", "4300"), *every) == []

    def test_a_range_holds_its_places_and_ends_with_them(self) -> None:
        rate = {"indicator": "charge_rate", "unit": "percent of crimes", "source_ref": "Ch5"}
        low = {**rate, "statistic": "range_min", "geography": "range min", "value": "16"}
        high = {**rate, "statistic": "range_max", "geography": "range max", "value": "51"}
        kent = {**rate, "statistic": "percent", "geography": "Kent", "value": "16"}
        north = {**rate, "statistic": "percent", "geography": "Northumbria", "value": "51"}
        assert rules(low, high, kent, north) == []
        assert rules({**low, "value": "51"}, {**high, "value": "16"}) == ["least above most"]
        assert rules(low, high, kent, {**north, "value": "61"}) == ["outside its range"]
        assert rules(low, {**high, "value": "57"}, kent, north) == ["end of its range"]

    def test_parts_add_up_where_they_leave_nothing(self) -> None:
        groups = [("", "11"), ("_female", "8"), ("_male", "3")]
        rows = [
            {"indicator": f"focus_groups{part}", "unit": "groups", "value": value} for part, value in groups
        ]
        assert rules(*rows) == []
        (one,) = found(*rows[:2], {**rows[2], "value": "4"})
        assert one.rule == "parts and their total"
        assert "8 + 4 = 12" in one.message

    def test_parts_that_may_leave_something_may_be_less(self) -> None:
        named = [("", "45"), ("_police_forces", "21"), ("_academics", "3"), ("_groups", "12")]
        rows = [
            {"indicator": f"consultation_responses{part}", "unit": "responses", "value": value}
            for part, value in named
        ]
        assert rules(*rows) == []

    def test_answers_with_none_make_up_all_who_were_asked(self) -> None:
        answers = [("standard", "24"), ("amended", "14"), ("other", "4"), ("no_answer", "1")]
        rows = [forces(f"forces_form_{answer}", value, source_ref="Ch2") for answer, value in answers]
        assert rules(*rows) == []
        rows[0] |= {"value": "42", "numerator": "42"}
        assert "parts and their total" in rules(*rows)

    def test_granted_is_no_more_than_applied_for(self) -> None:
        assert (
            rules(
                {"indicator": "dvpo_applications", "value": "4225"},
                {"indicator": "dvpo_granted", "value": "3813"},
            )
            == []
        )
        assert rules(
            {"indicator": "dvpo_applications", "value": "3225"},
            {"indicator": "dvpo_granted", "value": "3813"},
        ) == ["part above whole"]

    def test_a_number_in_brackets_is_what_was_counted(self) -> None:
        (one,) = found(share("56", "384"), share("56", "214", "384"))
        assert one.rule == "bracketed number"
        assert "384 is the base and not what was counted" in one.message

    def test_places_in_order(self) -> None:
        places = ("Kent", "Gwent", "Essex", "Surrey", "Sussex", "Norfolk")
        ranks = [
            {"indicator": "charge_rate_rank", "statistic": "rank", "value": str(at), "geography": place}
            for at, place in enumerate(places, start=1)
        ]
        assert rules(*ranks) == []
        assert rules(*reversed(ranks)) == []
        assert rules(*ranks[:2], {**ranks[2], "value": "43"}) == []
        assert rules(*ranks[:2], {**ranks[2], "value": "44"}) == ["position out of order"]
        assert rules(*ranks[:3], ranks[4], ranks[3], ranks[5]) == ["position out of order"]
        assert "position told twice" in rules(*ranks[:5], {**ranks[5], "value": "2"})
        ranks = [{**rank, "indicator": "charge_rate_rank_ascending"} for rank in ranks]
        rates = [
            {
                "indicator": "charge_rate",
                "statistic": "percent",
                "unit": "percent of crimes",
                "geography": "Kent",
                "value": "50",
            }
        ]
        rates += [{**rates[0], "geography": "Norfolk", "value": "20"}]
        assert rules(*ranks, *rates) == ["value and position"]

    def test_calls_an_hour_are_the_calls_of_the_year_over_its_hours(self) -> None:
        calls = {"indicator": "da_calls_for_assistance", "unit": "calls", "value": "909000"}
        hourly = {
            "indicator": "da_calls_per_hour",
            "statistic": "rate",
            "unit": "calls per hour",
            "qualifier": ">",
        }
        assert rules(calls, {**hourly, "value": "100"}) == []
        assert rules(calls, {**hourly, "value": "1000"}) == ["rate of its count"]

    def test_months_between_the_days_of_a_change(self) -> None:
        change = {
            "indicator": "referrals_change",
            "statistic": "percent",
            "unit": "percent change",
            "value": "30",
            **BETWEEN,
        }
        window = {"indicator": "referrals_window", "unit": "months", **BETWEEN}
        assert rules(change, {**window, "value": "19"}) == []
        assert rules(change, {**window, "value": "18"}) == ["months between two days"]


class TestOtherHands:
    """Rows of another report, as another typist sets them."""

    def test_a_percent_sign_and_thousands_set_apart_are_read(self) -> None:
        told = (
            "Value,id,numerator,denominator,statistic,INDICATOR,remark\n"
            "65%,A,214,384,,photographs taken,x\n"
            "65 %,B,2 140,3\u202f840,Percent,statements taken,\n"
            '"1,250",C,,,,calls,\n'
            "\u22125,D,,,,calls change,\n"
        )
        facts, bad, _ = read(told)
        assert bad == ()
        assert [(fact.indicator, fact.statistic, str(fact.value)) for fact in facts] == [
            ("photographs_taken", "percent", "65"),
            ("statements_taken", "percent", "65"),
            ("calls", "count", "1250"),
            ("calls_change", "count", "-5"),
        ]
        assert {one.fact_ids: one.recomputed for one in check(facts)} == {("A",): "55.73", ("B",): "55.73"}

    @pytest.mark.parametrize(
        ("value", "statistic"),
        [("26%", "count"), ("26%", "n_forces"), ("1 23", ""), ("1 2345", ""), ("%", "")],
    )
    def test_what_is_no_figure_of_its_kind_is_said(self, value: str, statistic: str) -> None:
        facts, (one,), _ = read(f"id,indicator,value,statistic\nA,calls,{value},{statistic}\n")
        assert facts == ()
        assert (one.rule, one.fact_ids) == ("row", ("A",))
        assert "not a number" in one.message

    def test_the_report_set_by_another_hand_has_the_same_found(self) -> None:
        rows = list(csv.DictReader(io.StringIO(text_of("hmic-2015"))))
        out = io.StringIO()
        writer = csv.DictWriter(out, [*reversed(rows[0]), "page"])
        writer.writeheader()
        for row in rows:
            sign = "%" if row["statistic"] == "percent" else ""
            value = (
                row["value"] if sign or "." in row["value"] else f"{int(row['value']):,}".replace(",", " ")
            )
            writer.writerow(
                {**row, "value": value + sign, "statistic": row["statistic"].upper(), "page": "9"}
            )
        facts, bad, _ = read(out.getvalue())
        assert bad == ()
        assert check(facts) == check(read(text_of("hmic-2015")).facts)


class TestForces:
    named = ("Cumbria", "Durham", "Gloucestershire")

    def listed(self, *places: str) -> list[dict[str, str]]:
        return [
            {
                "indicator": "unable_to_provide_da_arrests", "statistic": "flag", "value": "1", "unit": "force in list",
                "geography": place,
            }
            for place in places
        ]  # fmt: skip

    def test_as_many_are_named_as_are_counted(self) -> None:
        assert rules(forces("forces_unable_da_arrests", "3"), *self.listed(*self.named)) == []
        (one,) = found(forces("forces_unable_da_arrests", "4"), *self.listed(*self.named))
        assert one.rule == "forces named"
        assert (one.printed, one.recomputed) == ("4", "3")

    def test_a_force_is_named_once(self) -> None:
        assert "place told twice" in rules(
            forces("forces_unable_da_arrests", "3"), *self.listed(*self.named, "Durham")
        )

    def test_those_who_could_not_have_no_figure(self) -> None:
        rate = {
            "indicator": "da_arrests_rate",
            "statistic": "percent",
            "unit": "percent",
            "value": "61",
            "geography": "Durham",
        }
        assert rules(*self.listed(*self.named), rate) == ["unable and yet a figure"]

    def test_those_who_could_and_could_not_make_up_all(self) -> None:
        assert (
            rules(forces("forces_able_repeat_calls", "19"), forces("forces_unable_repeat_calls", "24")) == []
        )
        assert rules(
            forces("forces_able_repeat_calls", "19"), forces("forces_unable_repeat_calls", "42")
        ) == ["with and without"]

    def test_without_a_base_they_make_up_all_forces(self) -> None:
        bare = {"of": "", "numerator": ""}
        able = forces("forces_able_repeat_calls", "19", **bare)
        assert rules(able, forces("forces_unable_repeat_calls", "24", **bare)) == []
        assert rules(able, forces("forces_unable_repeat_calls", "42", **bare)) == ["with and without"]
        # of another thing they need not
        assert rules(able, forces("forces_unable_repeat_victims", "42", **bare)) == []

    def test_text_and_table_say_the_same_of_who_supplied(self) -> None:
        text = forces("dvpo_breaches_forces_supplying", "36")
        assert rules(text, forces("completeness_dvpo_breaches", "36")) == []
        assert rules(text, forces("completeness_dvpo_breaches", "37")) == ["forces who supplied"]

    def test_a_rate_of_a_small_place_is_that_of_whole_cases(self) -> None:
        rate = {
            "indicator": "applications",
            "statistic": "rate",
            "unit": "applications per 100,000 population",
            "value": "1",
        }
        assert rules({**rate, "geography": "Thames Valley"}) == []
        (one,) = found({**rate, "geography": "City of London"})
        assert one.rule == "rate of whole cases"
        assert "7,375" in one.message


class TestTheReport:
    def test_its_own_contradictions_are_found_and_nothing_else(self) -> None:
        found = check(printed("hmic-2015").facts)
        assert {finding.fact_ids[0] for finding in found} == {
            # 18 months and 21 months since one day; 8 pieces of data and 9; in brackets the base and not the count, twice
            "RF0321", "RF0420", "RF0203", "RF0212",
            # second in the text and nowhere in the table; 18 months from August 2013 to March 2015
            "RF0156", "RF0465",
            # 36 forces and 37; one per 100,000 of 7,375 residents
            "RF0227", "RF0236",
        }  # fmt: skip
        assert len(found) == 8

    def test_it_is_carried_without_quotations_and_with_its_licence(self) -> None:
        report = printed("hmic-2015")
        assert len(report.facts) == 486
        assert "Open Government Licence" in report.licence
        assert not any(fact.quote for fact in report.facts)
        with pytest.raises(UnknownReport, match="no report 'elsewhere'"):
            printed("elsewhere")

    def test_injected_errors_are_found(self) -> None:
        told = measure(text_of("hmic-2015"), errors=36, seed=6)
        assert told["recall"] >= 0.9
        assert told["asked_for_nothing"] <= 2


class TestOtherReports:
    """What reports print that the one of 2015 does not."""

    def test_england_and_wales_make_up_both(self) -> None:
        rows = [{"indicator": "homicides", "value": value, "geography": place, "unit": "deaths", "source_ref": place}
                for value, place in (("115", "England and Wales"), ("96", "England"), ("22", "Wales"))]  # fmt: skip
        assert rules(*rows) == ["countries and their total"]
        assert rules({**rows[0], "value": "118"}, *rows[1:]) == []
        assert rules({**rows[0], "value": "95"}, rows[1]) == ["countries and their total"]

    def test_forces_with_and_without_are_all_of_them(self) -> None:
        assert rules(forces("forces_with_plan", "40"), forces("forces_without_plan", "4")) == [
            "with and without"
        ]
        assert rules(forces("forces_with_plan", "40"), forces("forces_without_plan", "2")) == [
            "with and without"
        ]
        assert rules(forces("forces_with_plan", "40"), forces("forces_without_plan", "3")) == []

    def test_no_more_forces_are_named_than_are_counted(self) -> None:
        named = [{"indicator": "forces_inadequate", "value": "1", "statistic": "flag", "geography": place}
                 for place in ("Kent", "Essex", "Surrey")]  # fmt: skip
        counted_2 = {"indicator": "forces_inadequate", "statistic": "n_forces", "value": "2"}
        assert rules(counted_2, *named) == ["forces named"]
        assert rules({**counted_2, "value": "4"}, *named) == []

    def test_a_proportion_in_words_is_held_against_its_percentage(self) -> None:
        said = {
            "indicator": "da_share_of_violence",
            "value": "one in three",
            "statistic": "rate",
            "source_ref": "p1",
        }
        other = {
            "indicator": "da_share_of_violence",
            "statistic": "percent",
            "unit": "percent",
            "source_ref": "p2",
        }
        assert rules(said, {**other, "value": "31"}) == []
        assert rules(said, {**other, "value": "25"}) == ["told twice"]

    def test_a_proportion_is_that_of_its_quotation(self) -> None:
        said = {"indicator": "x", "value": "0.667", "statistic": "rate", "unit": "proportion"}
        assert rules({**said, "quote": "three in four of those who"}) == ["quotation"]
        assert rules({**said, "quote": "two thirds of those who"}) == []

    def test_a_percentage_follows_from_counts_in_other_rows(self) -> None:
        women = {"indicator": "victims_female", "value": "450,123", "unit": "victims"}
        everybody = {"indicator": "victims", "value": "599,549", "unit": "victims"}
        printed = {
            "indicator": "victims_female",
            "statistic": "percent",
            "unit": "percent of victims",
            "source_ref": "p4",
        }
        assert rules(women, everybody, {**printed, "value": "65"}) == ["share of a total"]
        assert rules(women, everybody, {**printed, "value": "75"}) == []
        assert rules(everybody, {**printed, "value": "65", "numerator": "450123"}) == ["share of a total"]
        assert rules(women, {**printed, "value": "65", "denominator": "599549"}) == ["share of a total"]
        # the unit's own name is the whole's, whatever else is as large
        assert rules(women, everybody, {**everybody, "indicator": "female"}, {**printed, "value": "65"}) == [
            "share of a total"
        ]
        # of two wholes nobody knows which is meant
        both = {**printed, "indicator": "victims_female_repeat", "value": "30"}
        wholes = [women, {**women, "indicator": "victims_repeat", "source_ref": "p9"}]
        assert rules(*wholes, {**women, "indicator": "victims_female_repeat", "value": "225061"}, both) == []

    def test_a_percentage_of_forces_follows_from_how_many_they_are(self) -> None:
        of_forces = {
            "indicator": "forces_with_x",
            "statistic": "percent",
            "unit": "percent of forces",
            "source_ref": "p4",
        }
        assert rules(forces("forces_with_x", "29"), {**of_forces, "value": "76"}) == ["share of a total"]
        assert rules(forces("forces_with_x", "29"), {**of_forces, "value": "67"}) == []

    def test_opposites_and_ages_are_all_of_one_whole(self) -> None:
        said = {"statistic": "percent", "unit": "percent of officers"}
        trained = {**said, "indicator": "officers_trained", "value": "80"}
        assert rules(trained, {**said, "indicator": "officers_untrained", "value": "30"}) == [
            "shares of one total"
        ]
        assert rules(trained, {**said, "indicator": "officers_untrained", "value": "20"}) == []
        # the least of one force and the least of another are no parts of one whole
        ends = {"statistic": "range_min", "unit": "percent of officers"}
        assert (
            rules({**trained, **ends}, {**trained, **ends, "indicator": "officers_untrained", "value": "5"})
            == []
        )
        # some are neither satisfied nor unsatisfied, and nobody is both
        satisfied = {**said, "indicator": "victims_satisfied", "value": "70"}
        assert rules(satisfied, {**satisfied, "indicator": "victims_unsatisfied", "value": "20"}) == []
        assert rules(satisfied, {**satisfied, "indicator": "victims_unsatisfied", "value": "40"}) == [
            "shares of one total"
        ]
        ages = [{**said, "indicator": f"victims_aged_{ages}", "value": value}
                for ages, value in (("under_16", "5"), ("16_to_24", "30"), ("25_and_over", "75"))]  # fmt: skip
        ages[0]["indicator"] = "victims_aged_under_16"
        assert rules(*ages) == ["shares of one total"]
        assert rules(*ages[:2], {**ages[2], "value": "65"}) == []
        # of ages that overlap somebody is counted in both
        assert rules(*ages[:2], {**ages[2], "indicator": "victims_aged_20_and_over"}) == []

    def test_a_percentage_is_near_the_part_that_its_quotation_names(self) -> None:
        said = {"indicator": "x", "value": "66", "statistic": "percent", "unit": "percent"}
        assert rules({**said, "quote": "three quarters of those who"}) == ["quotation"]
        assert rules({**said, "quote": "two thirds of those who"}) == []
        assert rules({**said, "quote": "more than half of those who"}) == []

    def test_a_figure_rounded_beside_itself_hides_no_other(self) -> None:
        rows = [{"indicator": "arrests", "value": value, "source_ref": page}
                for value, page in (("214,965", "p1"), ("215,000", "p1"), ("214,956", "p8"))]  # fmt: skip
        assert rules(*rows) == ["told twice"]
        assert rules(*rows[:2]) == []

    def test_a_count_of_one_digit_is_not_rounded_by_half_of_itself(self) -> None:
        assert rules(share("75", "572", "1000")) == ["percentage of its counts"]


class TestReportsOfOtherThemes:
    """Waiting times, meals, staff: what is divided, limited and counted in other words."""

    @staticmethod
    def table(*values: tuple[str, object], **more: str) -> list[dict[str, str]]:
        return [
            {"indicator": name, "value": str(value), "source_ref": "T1", **more} for name, value in values
        ]

    def test_parts_that_make_up_a_total_in_one_year_make_it_up_in_another(self) -> None:
        names = ("attended_type_1", "attended_type_2", "attended_walk_in", "patients_seen")
        right = self.table(*zip(names, (16031, 671, 8125, 24827), strict=True), unit="patients")
        early = zip(names, (15640, 640, 7560, 23940), strict=True)
        wrong = self.table(*early, unit="patients", **EARLIER)
        assert rules(*wrong) == []
        (one,) = found(*right, *wrong)
        assert (one.rule, one.printed, one.recomputed) == ("parts and their total", "23,940", "23,840")
        # a category that is new there takes the rest
        new = self.table(("attended_by_video", 100), unit="patients", **EARLIER)
        assert rules(*right, *wrong, *new) == []

    def test_answers_that_are_all_of_one_question_are_all_of_another(self) -> None:
        def asked(year: dict[str, str], *values: int) -> list[dict[str, str]]:
            names = ("trials_effective", "trials_cracked", "trials_ineffective")
            more = {"statistic": "percent", "unit": "percent of trials", **year}
            return self.table(*zip(names, values, strict=True), **more)

        assert rules(*asked(YEAR, 46, 32, 22), *asked(EARLIER, 44, 33, 23)) == []
        assert rules(*asked(YEAR, 46, 32, 22), *asked(EARLIER, 44, 36, 26)) == ["shares of one total"]
        # far beyond all, several answers could be given
        assert rules(*asked(YEAR, 46, 32, 22), *asked(EARLIER, 74, 56, 26)) == []

    def test_regions_make_up_their_country(self) -> None:
        regions = "North East;North West;Yorkshire & The Humber;East Midlands;West Midlands;East of England;London;South East;South West"
        rows = [
            {"indicator": "pupils", "unit": "pupils", "geography": place, "value": "101"}
            for place in regions.split(";")
        ]
        england = {"indicator": "pupils", "unit": "pupils", "geography": "England"}
        assert rules(*rows, {**england, "value": "909"}) == []
        assert rules(*rows, {**england, "value": "990"}) == ["parts and their total"]
        rest = [rows[6], {**rows[0], "geography": "Rest of England", "value": "808"}]
        assert rules(*rest, {**england, "value": "909"}) == []
        assert rules(*rest, {**england, "value": "1009"}) == ["parts and their total"]

    def test_quarters_are_the_year(self) -> None:
        quarters = self.table(*((f"cases_heard_q{at}", 100 + at) for at in range(1, 5)), unit="cases")
        year = {"indicator": "cases_heard", "unit": "cases", "source_ref": "T9"}
        assert rules(*quarters, {**year, "value": "410"}) == []
        assert rules(*quarters, {**year, "value": "440"}) == ["parts and their total"]

    def test_what_is_not_so_or_is_more_is_no_part(self) -> None:
        for whole, other in (
            ("trusts_meeting_standard", "trusts_not_meeting_standard"),
            ("fires_attended", "non_fire_incidents_attended"),
            ("police_officers", "police_officers_and_staff"),
            ("bed_spaces", "bed_spaces_needed"),
            ("children_in_poverty", "children_in_poverty_after_housing_costs"),
            ("officers_by_rank_chief_officers", "officers_by_rank_chief_inspectors"),
            ("prisoners_category_a", "prisoners_category_b"),
            ("safety_good", "safety_reasonably_good"),
        ):
            rows = self.table((whole, 140), (other, 1180), unit="x")
            assert rules(*rows) == [], other
        assert rules(*self.table(("fined", 1101), ("convicted", 990), unit="people")) == []
        assert rules(*self.table(("convictions_fined", 1101), ("convictions", 990), unit="people")) == [
            "part above whole"
        ]

    def test_a_wider_limit_takes_in_the_narrower(self) -> None:
        over = self.table(("waiting_over_18_weeks", 900), ("waiting_over_52_weeks", 90), unit="patients")
        assert rules(*over) == []
        assert rules(over[0], {**over[1], "value": "910"}) == ["part above whole"]
        under = self.table(("seen_within_four_hours", 85), ("seen_within_two_hours", 58),
                           statistic="percent", unit="percent of patients")  # fmt: skip
        assert rules(*under) == []
        assert rules({**under[0], "value": "48"}, under[1]) == ["part above whole"]

    @pytest.mark.parametrize(
        ("unit", "other"),
        [
            ("fte", "headcount"),
            ("days", "months"),
            ("percent of adults aged 16 to 74", "percent of adults aged 16 to 59"),
            ("percent of crimes", "percent of suspects"),
            ("offences per 1,000 population", "offences per 1,000 households"),
        ],
    )
    def test_of_another_base_it_is_another_figure(self, unit: str, other: str) -> None:
        kind = "percent" if unit.startswith("percent") else "rate"
        rows = [
            {"indicator": "x", "value": value, "unit": told, "statistic": kind, "source_ref": value}
            for value, told in (("6.1", unit), ("10.1", other))
        ]
        assert rules(*rows) == []
        assert rules(rows[0], {**rows[1], "unit": unit}) == ["told twice"]

    def test_revised_figures_are_told_apart(self) -> None:
        rows = self.table(("crimes", 5995), ("crimes", 6010), unit="crimes")
        assert rules(rows[0], {**rows[1], "source_ref": "Second release (revised)"}) == []
        assert rules(rows[0], {**rows[1], "source_ref": "T2"}) == ["told twice"]

    def test_a_unit_may_be_in_millions(self) -> None:
        rows = [
            {"indicator": "spending", "value": value, "unit": unit, "source_ref": value}
            for value, unit in (
                ("1.4 billion", "pounds"),
                ("1,400", "million pounds"),
                ("1400", "£m"),
                ("1,410", "£m"),
            )
        ]
        assert rules(*rows[:3]) == []
        (one,) = found(rows[1], rows[3])
        assert (one.rule, one.printed) == ("told twice", "1,410,000,000")
        assert rules({"indicator": "gp_appointments", "value": "5500", "unit": "thousand appointments"}) == []

    def test_a_rate_follows_from_the_counts_beside_it_and_from_the_population(self) -> None:
        rate = {
            "indicator": "admissions_per_1000",
            "statistic": "rate",
            "unit": "admissions per 1,000 population",
        }
        counts = [
            {"indicator": "admissions", "value": "6400000", "unit": "admissions"},
            {"indicator": "population", "value": "55977200", "unit": "people"},
        ]
        assert rules(*counts, {**rate, "value": "114.3"}) == []
        assert rules(*counts, {**rate, "value": "11.4"}) == ["rate of its base"]
        beside = {"numerator": "253", "denominator": "55977200", "unit": "deaths per million people"}
        assert rules({**rate, **beside, "value": "4.5"}) == []
        assert rules({**rate, **beside, "value": "45"}) == ["rate of its base"]
        # more calls than officers are no part above its whole
        assert (
            rules(
                {
                    **rate,
                    "value": "6.1",
                    "unit": "crimes per officer",
                    "numerator": "746219",
                    "denominator": "123500",
                }
            )
            == []
        )

    def test_a_percentage_is_of_what_its_unit_names(self) -> None:
        rows = self.table(("leavers", 9190), ("leavers_retired", 3100), unit="fte")
        told = {"indicator": "leavers_retired", "statistic": "percent", "unit": "percent of leavers"}
        assert rules(*rows, {**told, "value": "33.7"}) == []
        assert rules(*rows, {**told, "value": "43.7"}) == ["share of a total"]
        assert rules(*rows, {**told, "value": "43.7", "unit": "percent of officers"}) == []
        of_trusts = {"indicator": "trusts_closed", "value": "47", "unit": "trusts", "denominator": "132"}
        percent = {**told, "indicator": "trusts_closed", "unit": "percent of trusts"}
        assert rules(of_trusts, {**percent, "value": "36"}) == []
        assert rules(of_trusts, {**percent, "value": "53"}) == ["share of a total"]

    def test_a_difference_follows_in_what_is_counted(self) -> None:
        rows = [
            {"indicator": "staff", "value": "76100", "unit": "fte", **EARLIER},
            {"indicator": "staff", "value": "78123", "unit": "fte"},
        ]
        more = {"indicator": "staff_increase", "unit": "fte", **BETWEEN}
        assert rules(*rows, {**more, "value": "2023"}) == []
        assert rules(*rows, {**more, "value": "3023"}) == ["change between two periods"]
        fewer = {**more, "indicator": "staff_decrease", "value": "1500"}
        assert rules({**rows[0], "value": "79623"}, rows[1], fewer) == []

    def test_a_change_need_follow_from_one_measure(self) -> None:
        counts = [
            {"indicator": "officers", "value": value, "unit": unit, **when}
            for value, unit, when in (
                ("142145", "fte", EARLIER), ("147430", "fte", YEAR), ("149566", "headcount", YEAR),
                ("144000", "headcount", EARLIER),
            )
        ]  # fmt: skip
        change = {"indicator": "officers_change", "statistic": "percent", "unit": "percent", **BETWEEN}
        assert rules(*counts, {**change, "value": "3.7"}) == []
        assert rules(*counts, {**change, "value": "3.9"}) == []
        assert rules(*counts, {**change, "value": "7.3"}) == ["change between two periods"]

    def test_a_mean_lies_in_its_range(self) -> None:
        ends = [
            {"indicator": "wait", "statistic": f"range_{end}", "value": value, "unit": "minutes"}
            for end, value in (("min", "5"), ("max", "21"))
        ]
        assert (
            rules(
                *ends, {"indicator": "average_wait", "statistic": "mean", "value": "9.4", "unit": "minutes"}
            )
            == []
        )
        assert rules(
            *ends, {"indicator": "average_wait", "statistic": "average", "value": "23", "unit": "minutes"}
        ) == ["outside its range"]

    def test_those_with_and_those_without_are_all(self) -> None:
        with_it = share("85", indicator="schools_with_club", unit="percent of schools")
        assert rules(with_it, share("15", indicator="schools_without_club", unit="percent of schools")) == []
        assert rules(with_it, share("25", indicator="schools_without_club", unit="percent of schools")) == [
            "shares of one total"
        ]
        answered = {
            "indicator": "councils_responding",
            "value": "309",
            "unit": "councils",
            "denominator": "326",
        }
        assert rules(answered, {**answered, "indicator": "councils_not_responding", "value": "17"}) == []
        assert rules(answered, {**answered, "indicator": "councils_not_responding", "value": "27"}) == [
            "parts and their total"
        ]
        # some have yet to be decided
        pending = {**answered, "indicator": "councils_pending", "value": "7"}
        fewer = {**answered, "indicator": "councils_not_responding", "value": "10"}
        assert rules(answered, fewer, pending) == []

    def test_rates_within_groups_are_no_parts_of_a_whole(self) -> None:
        def two(name: str, one: str, other: str, unit: str) -> list[dict[str, str]]:
            first, second = name.split("|")
            return [share(one, indicator=first, unit=unit), share(other, indicator=second, unit=unit)]

        assert rules(*two("prevalence_women|prevalence_men", "7.5", "3.8", "percent")) == []
        assert rules(*two("satisfied_female|satisfied_male", "78", "75", "percent of victims")) == []
        assert rules(*two("on_time_urban|on_time_rural", "84", "76", "percent of calls")) == []
        assert rules(*two("victims_female|victims_male", "75", "35", "percent of victims")) == [
            "shares of one total"
        ]
        # of some it is not recorded
        assert rules(*two("victims_female|victims_male", "75", "23", "percent of victims")) == []
        places = [
            share(value, indicator="da_share_of_crime", geography=place, unit="percent of crime")
            for place, value in (("Kent", "60"), ("Essex", "70"))
        ]
        assert rules(*places) == []

    def test_several_answers_may_be_given(self) -> None:
        answers = [
            share(value, indicator=f"abuse_{kind}", unit="percent of women")
            for kind, value in (("physical", "92"), ("sexual", "28"), ("other", "9"))
        ]
        assert rules(*answers) == []

    def test_by_several_traits_parts_are_beyond_their_whole(self) -> None:
        traits = (
            ("victims", 1000),
            ("victims_female", 730),
            ("victims_male", 240),
            ("victims_sex_unknown", 30),
        )
        rows = self.table(*traits, ("victims_disabled", 110), unit="victims")
        assert rules(*rows) == []

    def test_whether_the_first_has_the_most_is_seen_by_their_values(self) -> None:
        def told(*values: int) -> list[dict[str, str]]:
            places = ("Kent", "Gwent", "Essex", "Surrey", "Dorset")
            return [
                row
                for at, (place, value) in enumerate(zip(places, values, strict=True), start=1)
                for row in (
                    {"indicator": "x_rank", "statistic": "rank", "value": str(at), "geography": place},
                    {"indicator": "x", "statistic": "rate", "value": f"{value}0", "geography": place},
                )
            ]

        assert rules(*told(1, 2, 3, 4, 5)) == rules(*told(9, 8, 7, 6, 5)) == []
        assert rules(*told(9, 8, 6, 7, 5)) == ["value and position"]


class TestReading:
    def test_a_byte_order_mark_and_windows_lines_are_read(self, tmp_path: Path) -> None:
        file = tmp_path / "facts.csv"
        file.write_bytes(("\ufeff" + text(share("65", "214", "384"))).encode())
        facts, bad, _ = read_file(file)
        assert (len(facts), bad) == (1, ())

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "row 1: lacks the columns id, indicator, value"),
            ("id,indicator\n1,a\n", "row 1: lacks the column value"),
            ("id,indicator,value,value\n", "has the column value twice"),
            ("id\x00,indicator,value\n", "holds bytes that no text has"),
        ],
    )
    def test_what_is_no_list_of_facts_is_refused(self, content: str, told: str) -> None:
        with pytest.raises(FileError, match=told):
            read(content)

    @pytest.mark.parametrize(
        ("cells", "told"),
        [
            ({"value": "many"}, "Row 2: value: 'many' is not a number."),
            ({"value": "1e99"}, "Row 2: value: '1e99' is not a number."),
            ({"value": "1", "denominator": "n/a"}, "Row 2: denominator: 'n/a' is not a number."),
            ({"value": "3,5"}, "Row 2: value: '3,5' is not a number."),
            ({"value": "20 to 70"}, "give its least and its most a row each, with range_min and range_max"),
            ({"value": "1", "period_end": "March 2015"}, "is not a date written as 2015-03-31"),
            (
                {"value": "1", "period_start": "2016-01-01"},
                "begins on 2016-01-01, after it ends on 2015-03-31",
            ),
            ({"value": "1", "statistic": "mode"}, "statistic: 'mode' is none of"),
            ({"value": "1", "qualifier": "!"}, "qualifier: '!' is none of"),
            ({"value": "1", "indicator": ""}, "indicator: is empty"),
        ],
    )
    def test_a_row_that_cannot_be_read_is_named(self, cells: dict[str, str], told: str) -> None:
        bad = read(text({"indicator": "a", **cells})).bad
        assert [one.rule for one in bad] == ["row"]
        assert told in bad[0].message

    @pytest.mark.parametrize(
        ("cells", "value", "kind"),
        [
            ({"value": "1.3 million"}, 1_300_000, "count"),
            ({"value": "12k"}, 12_000, "count"),
            ({"value": "75 per cent", "statistic": ""}, 75, "share"),
            ({"value": "75", "statistic": "Percentage"}, 75, "share"),
            ({"value": "one in four", "statistic": ""}, 0.25, "share"),
            ({"value": "3 in 4", "statistic": "proportion"}, 0.75, "share"),
            ({"value": "two thirds", "statistic": "percent"}, 66.6667, "share"),
            ({"value": "900,000", "qualifier": "more than"}, 900_000, "count"),
            ({"value": "1", "period_end": "31/03/2015"}, 1, "count"),
        ],
    )
    def test_a_figure_is_read_as_it_is_printed(self, cells: dict[str, str], value: float, kind: str) -> None:
        facts, bad, _ = read(text({"indicator": "a", **cells}))
        assert bad == ()
        assert [(float(fact.value), fact.kind, str(fact.end)) for fact in facts] == [
            (value, kind, "2015-03-31")
        ]

    @pytest.mark.parametrize("written", ["utf-16", "utf-16-le", "cp1252", "utf-8"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_whatever_a_spreadsheet_writes_is_read(
        self, tmp_path: Path, written: str, delimiter: str
    ) -> None:
        content = "id,indicator,value,unit\nA,café,4,£\n".replace(",", delimiter)
        (tmp_path / "facts.csv").write_bytes(content.encode(written))
        facts, bad, _ = read_file(tmp_path / "facts.csv")
        assert ([fact.indicator for fact in facts], bad) == (["café"], ())

    def test_a_spreadsheet_is_told_from_a_list(self, tmp_path: Path) -> None:
        (tmp_path / "facts.csv").write_bytes(b"PK\x03\x04")
        with pytest.raises(FileError, match="save the sheet as CSV"):
            read_file(tmp_path / "facts.csv")

    def test_a_figure_of_a_day_that_cannot_be_read_is_compared_with_none(self) -> None:
        rows = [{"indicator": "a", "value": value, "period_end": day, "source_ref": value}
                for value, day in (("5", "March 2015"), ("6", "March 2014"))]  # fmt: skip
        facts, bad, _ = read(text(*rows))
        assert (facts, [one.rule for one in bad]) == ((), ["row", "row"])

    def test_the_same_id_twice_is_named(self) -> None:
        bad = read("id,indicator,value\nA,x,1\nA,y,2\n").bad
        assert bad[0].message == "Row 3: id: A is that of row 2 as well."

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=300))
    def test_no_text_breaks_it(self, content: str) -> None:
        try:
            facts = read("id,indicator,statistic,value,numerator,denominator,unit,quote\n" + content).facts
        except FileError:
            return
        check(facts)

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_no_cell_breaks_it(self, data: st.DataObject) -> None:
        rows = list(csv.DictReader(io.StringIO(text_of("hmic-2015"))))
        rows = rows[data.draw(st.integers(0, 440)) :][:40]
        row, column = data.draw(st.sampled_from(rows)), data.draw(st.sampled_from([*rows[0]]))
        row[column] = data.draw(
            st.sampled_from(
                ["", "0", "-1", "9" * 17, "x", "0.0", "1,000", "2015-02-30", "force in list", "rank 3"]
            )
        )
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        facts = read(out.getvalue()).facts
        check(facts)


class TestTheCommand:
    def test_it_prints_json_and_nothing_else(self, tmp_path: Path) -> None:
        file = tmp_path / "facts.csv"
        file.write_text(text(share("65", "214", "384"), {"indicator": "a", "value": "x"}), encoding="utf-8")
        done = CliRunner().invoke(statistics, ["consistency", str(file), "--json"])
        assert done.exit_code == 0
        told = json.loads(done.stdout)
        assert [one["rule"] for one in told] == ["row", "percentage of its counts"]
        assert {*told[0]} == {"fact_ids", "rule", "printed", "recomputed", "message"}

    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_rows_without_a_value_are_counted(self, tmp_path: Path, options: list[str]) -> None:
        file = tmp_path / "facts.csv"
        rows = [{"indicator": "a", "value": value} for value in ("4", "", " ")]
        file.write_text(text(*rows), encoding="utf-8")
        done = CliRunner().invoke(statistics, ["consistency", str(file), *options])
        assert (done.stderr if options else done.stdout).endswith(
            "2 rows have no value and cannot be judged.\n"
        )
        if options:
            assert json.loads(done.stdout) == []

    def test_strict_says_by_its_status_that_something_was_found(self, tmp_path: Path) -> None:
        file = tmp_path / "facts.csv"
        file.write_text(text(share("65", "214", "384")), encoding="utf-8")
        done = CliRunner().invoke(statistics, ["consistency", str(file), "--strict"])
        assert done.exit_code == 1
        assert "1 figures read, 1 question." in done.stdout

    @pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"a,b\n1,2\n"])
    def test_a_file_that_cannot_be_read_is_told_by_name(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "facts.csv"
        if content is not None:
            file.write_bytes(content)
        done = CliRunner().invoke(statistics, ["consistency", str(file), "--json"])
        assert done.exit_code == 2
        assert done.stdout == ""
        assert done.stderr.startswith("Error: facts.csv: ")


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("Twenty-one months later", [21]),
        ("an estimated 1.4 million women", [1_400_000]),
        ("Sixty seven percent", [67]),
        ("more than 900,000 calls", [900_000]),
        ("none of these victims", [0]),
        ("over a thousand officers", [1000]),
    ],
)
def test_numbers_in_words(quote: str, told: list[int]) -> None:
    assert [int(one) for one in numbers(quote)] == told


@pytest.mark.parametrize(
    ("value", "step"), [(900_000, 100_000), (75, 5), (17, 1), (450, 50), (100, 100), (20, 10), (0, 1)]
)
def test_over_goes_as_far_as_the_next_round_figure(value: int, step: int) -> None:
    from fractions import Fraction

    assert roundness(Fraction(value)) == step


def test_what_a_rounded_count_may_stand_for() -> None:
    from decimal import Decimal

    assert counted(Decimal(269_700)) == Span(269_650, 269_750)  # type: ignore[arg-type]
    assert counted(Decimal(2_000_000)) == Span(1_800_000, 2_200_000)  # type: ignore[arg-type]
    assert counted(Decimal(900_000)) == Span(850_000, 950_000)  # type: ignore[arg-type]
    assert counted(Decimal(480)) == Span(480, 480)  # type: ignore[arg-type]
