"""Invented returns of invented forces over two years, and errors as people make them in a return, by a seeded source."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import scratch  # noqa: F401 (finds the code)

from throughline.statistics.returns import Entry, Return, items

YEAR, BEFORE = date(2015, 3, 31), date(2014, 3, 31)
#: What share of their whole items are, in the middle of all forces; forces differ around it.
SHARES = {
    "calls-da": 0.045, "calls-repeat": 0.25, "crimes-da": 0.1, "crimes-da-injury": 0.33, "crimes-da-sexual": 0.03,
    "crimes-da-harassment": 0.12, "victims-repeat": 0.3, "crimes-arrested": 0.66, "charged": 0.27, "cautioned": 0.09,
    "evidential-supports": 0.15, "evidential-does-not": 0.22, "convicted": 0.74, "trained-handlers": 0.7, "trained-desk": 0.6,
    "trained-response": 0.65, "trained-control": 0.5, "orders-granted": 0.93, "orders-breached": 0.17, "disclosure-made": 0.42,
    "marac-police": 0.67, "cases-high": 0.12, "cases-medium": 0.35, "satisfied": 0.8,
}  # fmt: skip


def invented(seed: int, forces: int = 43) -> dict[str, tuple[Return, Return]]:
    """Each force's return of the year before and of the year."""
    rng = random.Random(seed)
    return {f"Invented {at:02}": _force(f"Invented {at:02}", rng) for at in range(1, forces + 1)}


def _force(name: str, rng: random.Random) -> tuple[Return, Return]:
    size = rng.lognormvariate(0, 0.7)
    own = {code: min(max(share * rng.lognormvariate(0, 0.12), 0.005), 0.97) for code, share in SHARES.items()}
    unable = {
        code
        for code in ("calls-repeat", "crimes-arrested", "evidential-supports", "satisfied")
        if rng.random() < 0.2
    }
    years = []
    for _ in range(2):
        size *= rng.uniform(0.96, 1.08)
        years.append(
            _year(
                size, {code: min(share * rng.uniform(0.95, 1.06), 0.98) for code, share in own.items()}, rng
            )
        )
    before, now = years
    return _return(name, BEFORE, before, unable), _return(name, YEAR, now, unable)


def _year(size: float, share: dict[str, float], rng: random.Random) -> dict[str, int]:
    def about(value: float) -> int:
        return round(value * size * rng.uniform(0.97, 1.03))

    def part(of: str, code: str) -> int:
        mean = told[of] * share[code]
        return min(told[of], max(0, round(rng.gauss(mean, (mean * (1 - share[code])) ** 0.5))))

    told = {
        "calls": about(470_000),
        "crimes": about(82_000),
        "prosecuted": about(2_300),
        "staff-handlers": about(330),
    }
    told |= {"staff-desk": about(60), "staff-response": about(1_900), "orders-applied": about(105)}
    told |= {
        "disclosure-applied": about(110),
        "marac-cases": about(1_750),
        "perpetrators": about(90),
        "cases": about(2_100),
    }
    told |= {"asked": about(420), "incidents-da": about(12_000)}
    told["calls-da"] = part("calls", "calls-da")
    told["calls-repeat"] = part("calls-da", "calls-repeat")
    told["crimes-da"] = part("crimes", "crimes-da")
    for code in ("crimes-da-injury", "crimes-da-sexual", "crimes-da-harassment", "crimes-arrested"):
        told[code] = part("crimes-da", code)
    told["arrests"] = round(told["crimes-arrested"] * 0.94)
    told["victims"] = round((told["crimes-da"] + told["incidents-da"]) * 0.72)
    told["victims-repeat"] = part("victims", "victims-repeat")
    told["victims-sex-unknown"] = round(told["victims"] * 0.02)
    told["victims-male"] = round(told["victims"] * rng.uniform(0.2, 0.24))
    told["victims-female"] = told["victims"] - told["victims-male"] - told["victims-sex-unknown"]
    outcomes = ("charged", "cautioned", "evidential-supports", "evidential-does-not")
    for code in outcomes:
        told[code] = part("crimes-da", code)
    left = told["crimes-da"] - sum(told[code] for code in outcomes)
    if left < 0:
        told["evidential-does-not"] += left
        left = 0
    told["otherwise"] = left // 2
    told["not-assigned"] = left - left // 2
    for code, of in (
        ("convicted", "prosecuted"), ("trained-handlers", "staff-handlers"), ("trained-desk", "staff-desk"),
        ("trained-response", "staff-response"), ("trained-control", "staff-response"), ("orders-granted", "orders-applied"),
        ("disclosure-made", "disclosure-applied"), ("marac-police", "marac-cases"), ("satisfied", "asked"),
    ):  # fmt: skip
        told[code] = part(of, code)
    told["orders-breached"] = part("orders-granted", "orders-breached")
    told["cases-high"], told["cases-medium"] = part("cases", "cases-high"), part("cases", "cases-medium")
    told["cases-standard"] = told["cases"] - told["cases-high"] - told["cases-medium"]
    for breakdown, spread in SPREAD.items():
        parts = [item.code for item in items(YEAR) if item.breakdown == breakdown]
        if parts:
            told |= _broken_down(told["victims"], parts, spread)
    return told


def _return(name: str, year_end: date, told: dict[str, int], unable: set[str]) -> Return:
    entries = {
        item.code: Entry(item.code, None, "no-own-definition", row)
        if item.by_own_definition
        else Entry(item.code, None, "system", row)
        if item.code in unable
        else Entry(item.code, told[item.code], None, row)
        for row, item in enumerate(items(YEAR), start=2)
    }
    return Return(name, year_end, entries)


#: How the victims of a breakdown spread over its parts, in their order; each adds up to one.
SPREAD = {
    "age": (0.02, 0.1, 0.14, 0.29, 0.2, 0.13, 0.05, 0.02, 0.02, 0.03),
    "ethnicity": (0.66, 0.02, 0.06, 0.04, 0.02, 0.2),
    "relationship": (0.42, 0.3, 0.14, 0.02, 0.12),
    "disability": (0.1, 0.6, 0.3),
    "orientation": (0.55, 0.02, 0.02, 0.01, 0.4),
    "gender-identity": (0.6, 0.01, 0.39),
}


def _broken_down(victims: int, parts: list[str], spread: tuple[float, ...]) -> dict[str, int]:
    """The victims over the parts of a breakdown; what rounding leaves is in the last, which is not recorded."""
    told = {code: round(victims * share) for code, share in zip(parts[:-1], spread, strict=False)}
    return {**told, parts[-1]: victims - sum(told.values())}


type Spoiler = Callable[[Return, Return, random.Random], tuple[Return, set[str]] | None]


def _with(told: Return, **values: int) -> Return:
    changed = {code.replace("_", "-"): value for code, value in values.items()}
    return replace(
        told,
        entries={
            code: replace(entry, value=changed[code], unable=None) if code in changed else entry
            for code, entry in told.entries.items()
        },
    )


def _set(told: Return, code: str, value: int) -> tuple[Return, set[str]]:
    return _with(told, **{code.replace("-", "_"): value}), {code}


def _choose(told: Return, rng: random.Random, least: int, *, parts: bool = False) -> str | None:
    wholes = {item.code for item in items(YEAR) if item.part_of}
    fit = [
        code
        for code in told.entries
        if (value := told.value(code)) is not None and value >= least and (not parts or code in wholes)
    ]
    return rng.choice(fit) if fit else None


def part_above(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    of = {item.code: item.part_of for item in items(YEAR) if item.part_of}
    code = _choose(told, rng, 1, parts=True)
    whole = told.value(of[code] or "") if code else None
    return (
        None
        if code is None or whole is None
        else _set(told, code, whole + rng.randint(1, max(2, whole // 3)))
    )


def breaches(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    granted = told.value("orders-granted")
    return None if granted is None else _set(told, "orders-breached", granted + rng.randint(1, 9))


def above_all(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    crimes = told.value("crimes-da")
    if crimes is None or told.value("crimes-arrested") is None:
        return None
    return _set(told, "crimes-arrested", round(crimes * rng.uniform(1.02, 1.3)) + 1)


def total(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    code = rng.choice(
        ["victims-female", "victims-male", "cases-standard", "not-assigned", "otherwise", "cases-medium"]
    )
    value = told.value(code)
    whole = {"victims": "victims", "cases": "cases"}.get(code.split("-")[0], "crimes-da")
    if value is None or (whole == "crimes-da" and told.value("evidential-supports") is None):
        return None
    spoilt, touched = _set(told, code, value + rng.choice([3, 7, 20]))
    return spoilt, touched | {whole}


def shifted(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    codes = [*told.entries]
    at = rng.randrange(0, len(codes) - 7)
    run = codes[at : at + 6]
    values = [told.value(code) for code in run]
    if any(value is None or value < 30 for value in values):
        return None
    moved = {code.replace("-", "_"): value or 0 for code, value in zip(run[1:], values, strict=False)}
    return _with(told, **moved), {*run[1:]}


def swapped(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    of = {item.code: item.part_of for item in items(YEAR) if item.part_of}
    code = _choose(told, rng, 10, parts=True)
    whole = of[code] if code else None
    part, all_of_it = (told.value(code), told.value(whole)) if code and whole else (None, None)
    if code is None or whole is None or part is None or all_of_it is None or part == all_of_it:
        return None
    return _with(told, **{code.replace("-", "_"): all_of_it, whole.replace("-", "_"): part}), {code, whole}


def tenfold(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    code = _choose(told, rng, 30)
    return None if code is None else _set(told, code, (told.value(code) or 0) * 10)


def percentage(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    of = {item.code: item.part_of for item in items(YEAR) if item.part_of}
    code = _choose(told, rng, 400, parts=True)
    whole = told.value(of[code] or "") if code else None
    return (
        None if code is None or not whole else _set(told, code, round((told.value(code) or 0) / whole * 100))
    )


def nought(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    code = rng.choice([item.code for item in items(YEAR) if item.compared])
    value = told.value(code)
    return None if value is None or value < 40 else _set(told, code, 0)


def stale(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]]:
    return replace(before, year_end=told.year_end), {*told.entries}


def unit(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    code = _choose(told, rng, 5_000)
    return None if code is None else _set(told, code, round((told.value(code) or 0) / 1000))


def halved(told: Return, before: Return, rng: random.Random) -> tuple[Return, set[str]] | None:
    """Another basis than the year before: a third, or three times."""
    code = _choose(told, rng, 60, parts=True)
    return None if code is None else _set(told, code, round((told.value(code) or 0) / rng.uniform(2.6, 4)))


KINDS: dict[str, Spoiler] = {
    "part above whole": part_above,
    "breaches above granted": breaches,
    "rate above all": above_all,
    "total": total,
    "shifted rows": shifted,
    "swapped columns": swapped,
    "tenfold": tenfold,
    "percentage for count": percentage,
    "nought for unable": nought,
    "stale year": stale,
    "unit": unit,
    "another basis": halved,
}
