"""What one row says that cannot be, by itself."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from throughline.statistics.consistency.facts import Fact, Finding, number, stem
from throughline.statistics.consistency.rounding import ABOUT, counted, growth, ratio, shown, span, times_of
from throughline.statistics.consistency.words import ONES, TENS, numbers

#: Durations and rates may be broken; what is counted in whole things may not.
BROKEN: Final = frozenset("minute hour day week month year working percent percentage rate".split())
#: Which way a change went, by the words beside it.
DOWN: Final = re.compile(
    r"\b(fell|fall(?:en|ing)?|down|decreas\w+|reduc\w+|drop\w*|declin\w+|lower(?:ed)?)\b", re.IGNORECASE
)
UP: Final = re.compile(r"\b(rise|rose|risen|rising|up|increas\w+|grew|grown|higher)\b", re.IGNORECASE)
_NUMBER_IN_WORDS: Final = "|".join([*ONES, *TENS])
#: "16 percent in Kent": a place and its figure, as names begin with a capital letter.
OF_A_PLACE: Final = re.compile(
    rf"(\d+(?:\.\d+)?|{_NUMBER_IN_WORDS})(?: percent| per cent|%)? in ([A-Z][\w&'-]*(?: (?:&|and|of|[A-Z][\w&'-]*))*)"
)
#: Numbers that name a place in the report, a day, a year or the base of a rate, and count nothing.
NO_COUNT: Final = re.compile(
    r"\b(?:tables?|figures?|annex|chapters?|footnotes?|recommendations?|questions?|phase|level|per|every) \d[\d,]*"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:19|20)\d\d\b(?!,)",
    re.IGNORECASE,
)
#: Words that count without naming a number, or name another one than theirs.
COUNTS_OTHERWISE: Final = re.compile(
    r"\b(?:all|both|neither|each|every|once|twice|thrice|double\w*|treble\w*|dozens?|couple|pair|single|another|only|fortnight|"
    r"decade|majority|first|second|third|last|next)\b",
    re.IGNORECASE,
)
#: A quotation that ends in one of these was cut before its figure.
OPEN: Final = frozenset(
    "to from of by at in on than per and or is are was were about around over under the a an".split()
)
#: Words by which a part that is named is not the one that is meant.
LOOSELY: Final = re.compile(
    r"\b(?:more|over|above|less|under|below|fewer|nearly|almost|about|around|up to|at least|between|only)\b",
    re.IGNORECASE,
)
#: "crimes per 1,000 population", "deaths per million people".
PER: Final = re.compile(r"\bper (?P<times>\d[\d,]*|hundred|thousand|million)\b")
LITTLE: Final = frozenset("of per in the a to and or for at by as on".split())


def within(facts: Iterable[Fact]) -> Iterator[Finding]:
    """Every finding that needs one row alone."""
    for fact in facts:
        yield from _bounds(fact)
        yield from _counts_of_a_share(fact)
        yield from _quotation(fact)


def _finding(fact: Fact, rule: str, recomputed: str, message: str) -> Finding:
    return Finding((fact.id,), rule, fact.shown, recomputed, message)


def _bounds(fact: Fact) -> Iterator[Finding]:
    value = fact.value
    told = f"{fact.indicator} is printed as {fact.shown}"
    if fact.is_share:
        most = 1 if fact.statistic == "rate" else 100
        if not 0 <= value <= most:
            yield _finding(
                fact, "share beyond its whole", f"0 to {most}", f"{told}, and a share lies from 0 to {most}."
            )
    elif fact.in_points and abs(value) > 100:
        yield _finding(
            fact, "share beyond its whole", "-100 to 100", f"{told} points, and shares differ by 100 at most."
        )
    elif fact.is_change:
        if value < -100:
            yield _finding(
                fact,
                "change beyond all",
                "-100 at least",
                f"{told}, and nothing falls by more than all of it.",
            )
    elif value < 0:
        yield _finding(fact, "below nought", "0 at least", f"{told}, and nothing is counted below nought.")
    shares = any(word in fact.unit for word in ("percent", "per cent", "%"))
    if fact.unit and (
        (fact.statistic == "percent" and not shares and not fact.in_points and "proportion" not in fact.unit)
        or (fact.statistic in ("count", "n_forces") and fact.unit.startswith(("percent", "%")))
    ):
        yield _finding(
            fact,
            "unit of its kind",
            fact.unit,
            f"{told} {fact.unit}, and is given as a {fact.statistic}, of another kind.",
        )
    if fact.statistic == "flag" and value not in (0, 1):
        yield _finding(fact, "flag", "0 or 1", f"{told}, and a flag is 0 or 1.")
    whole = fact.statistic in ("n_forces", "rank") or (
        fact.statistic == "count" and not BROKEN & {word.removesuffix("s") for word in fact.unit.split()}
    )
    if whole and value != value.to_integral_value():
        yield _finding(
            fact,
            "broken count",
            "a whole number",
            f"{told}, and {fact.unit or 'they'} are counted in whole numbers.",
        )
    for name, part in (("numerator", fact.numerator), ("denominator", fact.denominator)):
        if part is not None and (part < 0 or part != part.to_integral_value()):
            yield _finding(
                fact,
                "broken count",
                "a whole number",
                f"The {name} of {told} is {number(part)}, and is no count.",
            )


def _counts_of_a_share(fact: Fact) -> Iterator[Finding]:
    above, below = fact.numerator, fact.denominator
    told = f"{fact.indicator} is printed as {fact.shown}"
    counts = fact.statistic in ("n_forces", "count") and not fact.is_change
    if counts and above is not None and not span(fact).meets(counted(above)):
        yield _finding(
            fact, "count and its numerator", number(above), f"{told}, and its numerator is {number(above)}."
        )
    if below is None:
        return
    if below == 0:
        yield _finding(fact, "share of nothing", "", f"{told} of a base of 0.")
        return
    if counts and span(fact).low > counted(below).high:
        yield _finding(
            fact,
            "part above whole",
            f"{number(below)} at most",
            f"{told} of {number(below)}: a part is never above its whole.",
        )
    if above is None:
        return
    rated = fact.statistic in ("rate", "mean", "median") and not fact.is_share
    if not fact.is_change and not rated and counted(above).low > counted(below).high:
        yield _finding(
            fact,
            "part above whole",
            f"{number(below)} at most",
            f"{told}, {number(above)} of {number(below)}: a part is never above its whole.",
        )
    if fact.is_change and fact.statistic == "percent" and not fact.in_points:
        follows = growth(counted(above), counted(below))
        reckoned = f"{number(above)} / {number(below)} − 1"
        exact = (Fraction(above) / Fraction(below) - 1) * 100
    elif fact.statistic == "rate" and (per := PER.search(fact.unit)) and not fact.is_share:
        times = times_of(per["times"])
        follows = ratio(counted(above), counted(below), times=times)
        exact = Fraction(above) / Fraction(below) * times
        if follows is not None and not span(fact).meets(follows):
            yield _finding(
                fact,
                "rate of its base",
                shown(exact),
                f"{told} {fact.unit}, and {number(above)} / {number(below)} is {shown(exact)} in {times:,}.",
            )
        return
    elif fact.is_share:
        follows = ratio(counted(above), counted(below))
        reckoned = f"{number(above)} / {number(below)}"
        exact = Fraction(above) / Fraction(below) * 100
    else:
        return
    if follows is not None and not span(fact).meets(follows):
        yield _finding(
            fact,
            "percentage of its counts",
            shown(exact),
            f"{told}, and {reckoned} = {shown(exact)} percent"
            + (f" ({follows} from the rounded figures)." if follows.low != follows.high else "."),
        )


def _quotation(fact: Fact) -> Iterator[Finding]:
    """The value is not what the quotation beside it names, though that names a figure of its kind."""
    if not fact.quote or fact.statistic in ("rank", "flag"):
        return
    told = numbers(fact.quote)
    value = abs(Fraction(fact.value))
    message = f"{fact.indicator} is given as {fact.shown}, and its quotation names"
    for figure, place in OF_A_PLACE.findall(fact.quote):
        if not fact.geography or not place.startswith(fact.geography) or fact.statistic != "percent":
            continue
        (named,) = numbers(figure)[:1] or (value,)
        if named != value:
            yield _finding(fact, "quotation", shown(named), f"{message} {shown(named)} in {fact.geography}.")
            return
    if not _agrees(value, told, fact) and (rivals := _of_its_kind(fact)):
        listed = ", ".join(shown(rival) for rival in rivals)
        yield _finding(fact, "quotation", listed, f"{message} {listed}.")
        return
    if not _agrees(value, told, fact) and (only := _only(fact)):
        yield _finding(fact, "quotation", only, f"{message} {only} alone.")
        return
    if fact.is_share and fact.statistic == "percent" and len(told) and all(0 < one <= 4 for one in told):
        # "three quarters of victims", which is said of what is near it
        parts = [one for one in told if one < 1]
        # of "three quarters" a quarter is read first
        if 1 <= len(parts) <= 2 and not LOOSELY.search(fact.quote):
            said = parts[-1] * 100
            if abs(value - said) > said * ABOUT:
                yield _finding(fact, "quotation", shown(said), f"{message} {shown(said)} percent.")
                return
    if fact.is_change and value and not fact.falls:
        down, up = bool(DOWN.search(fact.quote)), bool(UP.search(fact.quote))
        if down != up and (fact.value < 0) != down:
            went = "a fall" if down else "a rise"
            yield _finding(fact, "quotation", went, f"{message} {went}.")


def _agrees(value: Fraction, told: Iterable[Fraction], fact: Fact) -> bool:
    """Whether a quotation, which may end before its "million", names the value."""
    if re.search(r"\bno change\b", fact.quote, re.IGNORECASE) and value == 0:
        return True
    if re.search(r"\b(all|every|each)\b", fact.quote, re.IGNORECASE) and fact.statistic == "n_forces":
        return fact.denominator is None or Fraction(fact.denominator) == value or value in {*told}
    within = Fraction(1, 1000)
    sizes = [Fraction(1), Fraction(1000), Fraction(1_000_000)] + [Fraction(1, 100)] * (
        fact.statistic == "rate"
    )
    return any(abs(value - one * times) <= within for one in told for times in sizes)


def _cut_off(fact: Fact) -> bool:
    """Whether a quotation begins behind the figure that it is of."""
    first = fact.quote.replace("-", " ").split()[0].lower().strip(".,%")
    return first in {*fact.unit.lower().split()} - LITTLE or first in ("percent", "per")


def _only(fact: Fact) -> str:
    """The figure that a whole quotation names, where it names one alone: whatever its unit is, the value should be it."""
    words = fact.quote.replace("-", " ").split()
    first, last = words[0].lower().strip(".,:%"), words[-1].lower().strip("(.,:")
    if _cut_off(fact) or first in fact.indicator.split("_") or last in OPEN:
        return ""
    quote = NO_COUNT.sub(" ", fact.quote)
    found = numbers(quote)
    if len(found) != 1 or COUNTS_OTHERWISE.search(quote):
        return ""
    if fact.statistic == "percent" and not fact.in_points and found[0] < 1:
        # "more than half" is said of many a percentage
        return ""
    return shown(found[0])


def _of_its_kind(fact: Fact) -> tuple[Fraction, ...]:
    """The numbers of a quotation that are of the value's kind, so that one of them should have been it."""
    quote = fact.quote.replace("-", " ")
    if _cut_off(fact):
        return ()
    if fact.is_share and fact.statistic == "rate":
        return tuple(one for one in numbers(quote) if 0 < one < 1)
    figure = rf"(\d[\d,]*(?:\.\d+)?|(?:{'|'.join(TENS)}) ?(?:{'|'.join(ONES)})?|{'|'.join(ONES)})"
    patterns: list[str] = []
    if fact.statistic == "percent" and not fact.in_points:
        patterns.append(rf"\b{figure} ?(?:percent\b|per cent\b|%)")
    elif fact.in_points:
        patterns += [rf"\b{figure} percentage points?\b", rf"\b{figure} points?\b"]
    elif fact.statistic == "n_forces":
        noun = fact.unit.split()[-1] if fact.unit else "forces"
        patterns += [
            rf"\b{figure} (?:[a-z]+ )?{re.escape(noun)}\b",
            rf"\({figure} out of \d+\)",
            rf"^{figure} (?:on|of|plans)\b",
        ]
    elif fact.statistic == "count" and fact.unit:
        noun = fact.unit.split()[-1]
        patterns.append(rf"\b{figure} (?:[a-z]+ ){{0,2}}{re.escape(noun)}\b")
        # of a part of what is counted its own name stands behind the figure: "3 academics"
        if len(own := stem(fact.indicator.split("_")[-1])) > 3:
            patterns.append(rf"\b{figure} (?:[a-z]+ )?{re.escape(own)}\w*\b")
        patterns.append(rf"\bfrom {figure} to {figure} ?(?:in|by|at|over|\.|$)")
        if noun == "year":
            patterns.append(r"\bin ((?:19|20)\d\d)\b")
        elif fact.value >= 1000:
            patterns.append(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+)(?![\d,])")
    elif fact.statistic in ("range_min", "range_max"):
        patterns.append(rf"\b{figure} (?:percent\b|per cent\b|per\b)")
        if fact.unit and "percent" not in fact.unit:
            patterns.append(rf"\b{figure} {re.escape(fact.unit.split()[-1])}\b")
    found: list[Fraction] = []
    for pattern in patterns:
        for match in re.finditer(pattern, quote, re.IGNORECASE):
            found += [one for group in match.groups() for one in numbers(group)]
    return tuple(dict.fromkeys(found))
