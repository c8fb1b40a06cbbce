"""What a force's data return asks for, as rows over the shapes of handover: the items of `return-items` by the group of a row.

An item that no group here names is of something that no table of handover holds; it is in `ELSEWHERE` with why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.contact import (
    calls_of_repeat_victims,
    counted_calls,
    government_definition,
    incidents_of_victims,
    own_definition,
    repeat_victims,
    repeat_victims_by_own,
)
from throughline.measures.outcome import COUNTED, NOT_YET
from throughline.measures.outcome import crimes as crimes_with_outcomes
from throughline.measures.risk import caseload
from throughline.measures.rules import Period
from throughline.measures.scene import domestic_incidents, for_each_crime, once_each
from throughline.reference import load

#: Roles that are of no police force.
_PARTNERS = ("idva",)
#: The upper ends of the bands of age that a return asks for, and what the band is called.
_BANDS = ((15, "under-16"), (19, "16-19"), (24, "20-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"), (74, "65-74"))  # fmt: skip

type Group = str | bool | None

#: Items of which no table of handover holds a row: why a force's records of people and incidents cannot answer them.
ELSEWHERE: Mapping[str, str] = {
    "crimes": "system",
    "prosecuted": "not-held", "convicted": "not-held", "marac-cases": "not-held", "perpetrators": "not-held",
    "staff-handlers": "system", "trained-handlers": "system", "staff-desk": "system", "trained-desk": "system",
    "staff-response": "system", "trained-response": "system", "trained-control": "system",
    "orders-applied": "not-recorded", "orders-granted": "not-recorded", "orders-breached": "not-recorded",
    "disclosure-applied": "not-recorded", "disclosure-made": "not-recorded",
    "asked": "not-recorded", "satisfied": "not-recorded",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Items of a return that one reading of the tables answers.

    ``rows`` gives a row for each thing counted, with its ``group`` (and how many it stands for in ``times``, where that is not
    one); ``items`` says which item a group is. ``needs`` are the shapes that must hold rows, the first of which says since
    when there are records. Where ``known`` is set and the group of no row is, nobody recorded it: that is no nought.
    """

    items: Mapping[Group, str]
    rows: Callable[[Period], Table]
    needs: tuple[str, ...]
    counted_by: str = "as-asked"
    known: bool = False
    #: whether there must be records since the first day; not of the state of one day, nor of what is rare
    reaches_back: bool = True
    note: str = ""
    #: why this force is asked in vain for the year that ends on a day, whatever its tables hold: a code, and words
    unless: Callable[[date], tuple[str, str] | None] = lambda _last: None

    def figures(self, period: Period) -> Table:
        """How many of each group: ``group`` and ``figure``."""
        rows = self.rows(period)
        figure = _.times.sum() if "times" in rows.columns else _.count()
        return rows.group_by("group").aggregate(figure=figure)


def _all(rows: Callable[[Period], Table]) -> Callable[[Period], Table]:
    """Rows of one group, which is everything that is counted."""
    return lambda period: rows(period).mutate(group=ibis.literal(True))


def recorded_crimes(period: Period) -> Table:
    """Every crime recorded in the period, domestic or not; of the one group where any that is not domestic is held."""
    return table("handover_crime").filter(
        _.day.between(period.first, period.last), period.surely_within(_.recorded_at)
    )


def domestic_crimes(period: Period) -> Table:
    """Domestic crimes recorded in the period, by their offence."""
    return recorded_crimes(period).filter(_.domestic).mutate(group=_.offence)


def incidents_without_crime(period: Period) -> Table:
    """Domestic incidents of the period of which no crime was recorded."""
    return domestic_incidents(period).anti_join(table("handover_crime"), "incident")


def victims(period: Period) -> Table:
    """Victims of the period, each once: ``person``, and the ``incident`` and the day of the last of it."""
    in_order = ibis.window(group_by="person", order_by=[ibis.desc("day"), "incident"])
    found = incidents_of_victims(crimes_only=False, around=period)
    found = found.filter(_.day.between(period.first, period.last)).mutate(
        nth=ibis.row_number().over(in_order)
    )
    return found.filter(_.nth == 0).drop("nth")


def victims_by(column: str) -> Callable[[Period], Table]:
    """Victims of the period by who they say they are, in a column of `handover_person`."""

    def rows(period: Period) -> Table:
        said = table("handover_person").select("person", group=column)
        return victims(period).left_join(said, "person").select("person", "group")

    return rows


def victims_by_sex(period: Period) -> Table:
    """Victims of the period by sex as a return knows it: "not known" and "not applicable" are codes, and of none it is recorded."""
    groups = {row.code: row.text("returned_as") for row in load("sex").rows}
    known = [(code, of) for code, of in groups.items() if of != "unknown"]
    return victims_by("sex")(period).mutate(group=_.group.cases(*known, else_=ibis.null("string")))


def victims_by_age(period: Period) -> Table:
    """Victims of the period by the band of their age on the day of the last of it."""
    ages = table("handover_involvement").filter((_.part == "victim") & _.age.notnull())
    ages = ages.group_by(["person", "incident"]).aggregate(age=_.age.max())
    found = victims(period).left_join(ages, ["person", "incident"])
    bands = [(_.age <= oldest, band) for oldest, band in _BANDS]
    return found.select("person", group=ibis.cases(*bands, (_.age.notnull(), "75-over")))


def victims_by_relationship(period: Period) -> Table:
    """Victims of the period by what the suspect of the last of it is to them; of several suspects, whom it is known of."""
    groups = {row.code: row.text("group") for row in load("relationship").rows}
    group = _.relationship.cases(
        *((code, of) for code, of in groups.items() if of != "unknown"), else_=ibis.null("string")
    )
    pairs = table("handover_case").select("case", person="victim", group=group)
    pairs = pairs.join(table("handover_case_incident"), "case")
    # partner before family, where somebody was hurt by both
    known = pairs.group_by(["person", "incident"]).aggregate(group=_.group.max())
    return victims(period).left_join(known, ["person", "incident"]).select("person", "group")


def crimes_by_outcome(period: Period) -> Table:
    """Domestic crimes recorded in the period by the outcome that stands, in the groups of a return."""
    groups = {code: group for group, codes in COUNTED.items() for code in codes}
    groups |= {"outcome-14": "outcome-16"}
    found = crimes_with_outcomes(period)
    of = _.code.cases(*groups.items(), else_=ibis.literal("otherwise"))
    return found.mutate(group=_.code.isnull().ifelse(NOT_YET, of))


def arrests(period: Period) -> Table:
    """Crimes recorded in the period, each with how many were arrested for it; of no group where nobody wrote whether."""
    found = once_each(period, _arrested())
    return found.mutate(
        group=_.counted.notnull().ifelse(True, ibis.null("boolean")), times=_.counted.fill_null(0)
    )


def crimes_arrested(period: Period) -> Table:
    return for_each_crime(period, _arrested()).mutate(group=_.counted)


def _arrested() -> list[str]:
    return [row.code for row in load("positive-actions").rows if row.flag("arrest")]


def marac_by_police(period: Period) -> Table:
    """Cases that somebody of the police referred to a MARAC in the period, each once."""
    made = table("handover_marac_referral").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    police = made.filter(_.source.notnull() & ~_.source.isin(_PARTNERS))
    return police.select("case", group=ibis.literal(True)).distinct()


def _no_own_definition(last: date) -> tuple[str, str] | None:
    if own_definition(last) is not None:
        return None
    return "no-own-definition", "No definition of the force's own is set in the list repeat-definitions."


@cache
def asked() -> tuple[Asked, ...]:
    """What is asked of a force's records, in the order of a return."""
    repeats = "By the government's definition as this project has it, not by one of the force's own."
    victim, person = "handover_involvement", "handover_person"

    def of_victims(items: dict[Group, str], rows: Callable[[Period], Table], *needs: str) -> Asked:
        prefixed = {group: f"victims-{item}" for group, item in items.items()}
        return Asked(prefixed, rows, (victim, *needs), "person", known=True)

    return (
        Asked({True: "calls"}, _all(counted_calls), ("handover_call",), "call"),
        Asked(
            {True: "calls-da"},
            lambda period: counted_calls(period).mutate(group=_.domestic),
            ("handover_call",),
            "call",
            known=True,
        ),
        Asked(
            {True: "calls-repeat"},
            _all(lambda period: calls_of_repeat_victims(period, **government_definition(period.last))),
            ("handover_call", victim),
            "call",
            note=repeats,
        ),
        Asked({True: "crimes-da"}, _all(domestic_crimes), ("handover_crime",), "crime"),
        Asked(
            {
                "violence-with-injury": "crimes-da-injury",
                "sexual": "crimes-da-sexual",
                "stalking-harassment": "crimes-da-harassment",
            },
            domestic_crimes,
            ("handover_crime",),
            "crime",
            known=True,
            note="By the group of offences in which it is recorded.",
        ),
        Asked(
            {True: "incidents-da"},
            _all(incidents_without_crime),
            ("handover_incident", "handover_crime"),
            "incident",
        ),
        Asked({True: "victims"}, _all(victims), (victim,), "person"),
        Asked(
            {True: "victims-repeat"},
            lambda period: repeat_victims(period, **government_definition(period.last)).mutate(group=_.counted),
            (victim,),
            "person",
            note=repeats,
        ),
        Asked(
            {True: "victims-repeat-own"},
            lambda period: repeat_victims_by_own(period).mutate(group=_.counted),
            (victim,),
            "person",
            unless=_no_own_definition,
        ),
        of_victims(
            {"female": "female", "male": "male", None: "sex-unknown"},
            victims_by_sex,
            person,
        ),
        of_victims(
            {**{band: f"age-{band}" for _oldest, band in _BANDS}, "75-over": "age-75-over", None: "age-unknown"},
            victims_by_age,
        ),
        of_victims(
            {
                **{group: f"ethnicity-{group}" for group in ("white", "mixed", "asian", "black", "other")},
                None: "ethnicity-unknown",
            },
            victims_by("ethnicity"),
            person,
        ),
        of_victims(
            {
                **{group: group for group in ("partner", "ex-partner", "family", "household")},
                None: "relationship-unknown",
            },
            victims_by_relationship,
            "handover_case",
        ),
        of_victims(
            {True: "disabled", False: "not-disabled", None: "disability-unknown"}, victims_by("disabled"), person
        ),
        of_victims(
            {
                "heterosexual": "heterosexual",
                "gay-lesbian": "gay-lesbian",
                "bisexual": "bisexual",
                "other": "orientation-other",
                None: "orientation-unknown",
            },
            victims_by("orientation"),
            person,
        ),
        of_victims(
            {False: "gender-same", True: "gender-differs", None: "gender-unknown"},
            victims_by("gender_differs"),
            person,
        ),
        Asked(
            {True: "arrests"}, arrests, ("handover_crime", "handover_action"), "occasion", known=True,
            note="Counted at the first crime of an incident.",
        ),
        Asked(
            {True: "crimes-arrested"}, crimes_arrested, ("handover_crime", "handover_action"), "crime", known=True,
            note="Counted for each crime.",
        ),
        Asked(
            {
                "charge": "charged",
                "caution": "cautioned",
                "outcome-15": "evidential-supports",
                "outcome-16": "evidential-does-not",
                "otherwise": "otherwise",
                NOT_YET: "not-assigned",
            },
            crimes_by_outcome,
            ("handover_crime", "handover_outcome"),
            "crime",
        ),
        Asked(
            {True: "marac-police"},
            marac_by_police,
            ("handover_marac_referral",),
            reaches_back=False,
            note="Referrals that the police made; those of other agencies are with the MARAC.",
        ),
        Asked(
            {True: "cases"}, _all(caseload), ("handover_standing",), reaches_back=False,
            note="As the last day of the year ended.",
        ),
        Asked(
            {"high": "cases-high", "medium": "cases-medium", "standard": "cases-standard", None: "cases-standard"},
            caseload,
            ("handover_standing",),
            reaches_back=False,
        ),
    )  # fmt: skip


#: Where every recorded crime is handed over, not the domestic ones alone, this is asked as well.
ALL_CRIMES = Asked({True: "crimes"}, _all(recorded_crimes), ("handover_crime",), "crime")
