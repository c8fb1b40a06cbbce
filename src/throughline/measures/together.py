"""The measures of several periods in one reading of a force's tables, by the rules that it counts itself by.

A measure is written for one period. Where the periods decide nothing but which days are counted, or as of which moment, its
expression is carried over: what it counts has a column `PERIOD`, and whatever is joined, grouped or put in order is so within
a period, so that one reading gives every figure. Periods that differ in more, as in a list of codes that changed, are read
apart.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from ibis.common.graph import Graph
from ibis.expr.types import IntegerScalar, IntegerValue, Table, TimestampValue

from throughline.measures.rules import Measure, Period

PERIOD: Final = "period"
#: Joins of which it is known whose row each of their rows is: the one on the left's.
_JOINS: Final = frozenset({"inner", "left", "semi", "anti"})
#: What takes a table apart or puts it together, and is not done twice where once will do.
_RECKONS: Final = (ops.JoinChain, ops.Aggregate, ops.Distinct, ops.WindowFunction)
#: Between which periods a row stood as they ended.
_FIRST, _STOP = "first period", "period after"
#: Stands in an expression for the last moment of its period.
_THE_END: Final = ibis.literal(datetime.max.replace(tzinfo=UTC)).op()


class _ApartError(ValueError):
    """An expression that cannot be carried over to several periods: says why."""


def readings(measure: Measure, periods: Sequence[Period]) -> list[Table]:
    """The fewest questions that give a measure's figures over periods that do not overlap, in their order.

    Each gives what `Measure.figure` gives, and the place of the period, from nought, in `PERIOD`. Of a period that no row was
    counted in there is none here either: its figure is nought.
    """
    for one, following in itertools.pairwise(periods):
        if following.first <= one.last:
            raise ValueError("periods: overlap, or are not in their order")
    whole = dict(enumerate(periods))
    if (found := _in_one(measure, whole)) is not None:
        return [found]
    alike = itertools.groupby(whole.items(), lambda one: _bare(measure.figure(one[1]), one[1]))
    return [reading for _same, run in alike for reading in _in_few(measure, dict(run))]


def _in_few(measure: Measure, run: Mapping[int, Period]) -> list[Table]:
    """Of periods that follow each other, by their place, in one question or in one for each."""
    if (found := _in_one(measure, run)) is not None:
        return [found]
    return [measure.figure(one).mutate(**{PERIOD: _number(place)}) for place, one in run.items()]


def _in_one(measure: Measure, run: Mapping[int, Period]) -> Table | None:
    """None of a single period, or where they differ in more than their days and their ends."""
    periods = [*run.values()]
    first, last = periods[0], periods[-1]
    if first == last:
        return None
    span = Period(first.first, last.last)
    whole = measure.figure(span)
    plain = _bare(whole, span)
    if any(_bare(measure.figure(one), one) != plain for one in (first, last)):
        return None
    try:
        return over(whole, run)
    except _ApartError:
        return None


def over(expression: Table, periods: Mapping[int, Period]) -> Table:
    """An expression over all days of some periods, by their place, as it is for each of them."""

    def carry(node: ops.Node, changed: dict[str, Any] | None) -> ops.Node:
        given = changed or dict(zip(node.argnames, node.args, strict=True))
        match node:
            case ops.Project():
                whose = _carried(given["parent"])
                ends = {_THE_END: _end_of(whose[PERIOD].to_expr(), periods)} if whose else {}
                given["values"] = {name: one.replace(ends) for name, one in given["values"].items()} | whose
            case ops.Aggregate():
                given["groups"] = {**given["groups"], **_carried(given["parent"])}
            case ops.WindowFunction():
                [of] = _whose(given)
                given["group_by"] = (*given["group_by"], *_carried(of).values())
            case ops.JoinChain():
                return _joined(given)
            case ops.Filter():
                return _of_periods(given["parent"], given["predicates"], periods)
            case ops.Set() if {*given["left"].schema.names} != {*given["right"].schema.names}:
                raise _ApartError("a union of what is of a period and what is of none")
            case ops.Limit() if given["n"] != 0:
                raise _ApartError("so many rows of all periods")
            case ops.Subquery():
                raise _ApartError("a question within another")
            case _:
                pass
        return node.__recreate__(given)

    [*_before, last] = periods.values()
    marked = expression.op().replace({ibis.literal(last.ends_at).op(): _THE_END})
    carried: ops.Node = marked.replace(carry)
    if PERIOD not in carried.schema.names:
        raise _ApartError("nothing says of which period it is")
    if _THE_END in carried.find(ops.Literal):
        raise _ApartError("what a period ends with decides more than what stood then")
    found: Table = carried.to_expr()
    return found


def _number(place: int) -> IntegerScalar:
    return ibis.literal(place, dt.int16)


def _carried(relation: ops.Relation) -> dict[str, ops.Field]:
    """The column of a relation that says of which period its rows are, if it has one."""
    return {PERIOD: ops.Field(relation, PERIOD)} if PERIOD in relation.schema.names else {}


def _end_of(place: IntegerValue, periods: Mapping[int, Period]) -> ops.Value:
    ends = [(place == _number(at), ibis.literal(one.ends_at)) for at, one in periods.items()]
    found: ops.Value = ibis.cases(*ends).op()
    return found


def _whose(given: dict[str, Any]) -> set[ops.Relation]:
    """The relations that a window is over."""
    found = set(given["func"].relations)
    for one in (*given["group_by"], *given["order_by"]):
        found |= one.relations
    if len(found) != 1:
        raise _ApartError("a window over no table, or over several")
    return found


def _joined(given: dict[str, Any]) -> ops.JoinChain:
    whose = _carried(given["first"])
    links = []
    for link in given["rest"]:
        of_it = _carried(link.table)
        within = [ops.Equals(whose[PERIOD], of_it[PERIOD])] if whose and of_it else []
        if (whose or of_it) and link.how not in (_JOINS if whose else {"inner"}):
            raise _ApartError(f"what is of a period, in a join that is {link.how}")
        links.append(ops.JoinLink(link.how, link.table, (*link.predicates, *within)))
        whose = whose or of_it
    chain = ops.JoinChain(given["first"], links, {**given["values"], **whose})
    # numbered as they are made, which differs between two that are alike
    tables = (chain.first, *(link.table for link in links))
    alike = {one: one.copy(identifier=number) for number, one in enumerate(tables)}
    found: ops.JoinChain = chain.replace(alike)
    return found


def _of_periods(
    parent: ops.Relation, predicates: Sequence[ops.Value], periods: Mapping[int, Period]
) -> ops.Relation:
    """The rows that a filter lets through, each in the period of its day, or in every period as whose end it stood."""
    days = [one.arg.name for one in predicates if _is_of_days(one)]
    # from when, or until when
    stood = {one: _is_of_the_end(one) for one in predicates if _THE_END in one.find(ops.Literal)}
    if not days and not stood:
        return ops.Filter(parent, predicates)
    if PERIOD in parent.schema.names or len(days) + bool(stood) != 1:
        raise _ApartError("periods of two sorts")
    # no index finds the rows here: the days alone decide
    kept = [one for one in predicates if one not in stood and not (days and _is_of_instants(one))]
    rows = ops.Filter(parent, kept).to_expr() if kept else parent.to_expr()
    return (_of_day(rows, days[0], periods) if days else _as_of_the_end(rows, stood.values(), periods)).op()


def _of_day(rows: Table, name: str, periods: Mapping[int, Period]) -> Table:
    """Of a day between two periods there are none."""
    day = rows[name]
    # the first period whose last day is not before it
    place = ibis.cases(*((day <= one.last, _number(at)) for at, one in periods.items()))
    if any((after.first - before.last).days != 1 for before, after in itertools.pairwise(periods.values())):
        rows = rows.filter(ibis.or_(*(day.between(one.first, one.last) for one in periods.values())))
    return rows.mutate(**{PERIOD: place})


def _as_of_the_end(rows: Table, stood: Collection[tuple[str, str]], periods: Mapping[int, Period]) -> Table:
    """Each row once for each period as whose end it stood, by the columns that say since and until when."""
    first, stop = (ibis.literal(one, dt.int64) for one in (min(periods), max(periods) + 1))

    def place(at: TimestampValue) -> IntegerValue:
        """The first period that does not end before an instant; of none, the one after the last."""
        return ibis.cases(
            *(
                (at <= ibis.literal(one.ends_at), ibis.literal(number, dt.int64))
                for number, one in periods.items()
            ),
            else_=stop,
        )

    for how, name in stood:
        if how == "since":
            first = place(rows[name])
        else:
            stop = place(rows[name])
    rows = rows.mutate(**{_FIRST: first, _STOP: stop}).filter(lambda row: row[_FIRST] < row[_STOP])
    rows = rows.mutate(**{PERIOD: ibis.range(rows[_FIRST], rows[_STOP]).unnest()}).drop(_FIRST, _STOP)
    return rows.mutate(**{PERIOD: rows[PERIOD].cast(dt.int16)})


def _is_of_the_end(predicate: ops.Value) -> tuple[str, str]:
    """Whether a row must have begun by then, or not ended, and the column that says so."""
    match predicate:
        case ops.LessEqual(ops.Field(name=name), end) if end == _THE_END:
            return "since", name
        case ops.Or(ops.IsNull(ops.Field(name=name)), ops.Greater(ops.Field(name=again), end)) if (
            end == _THE_END and name == again
        ):
            return "until", name
    raise _ApartError("what a period ends with decides more than what stood then")


def _is_of_days(predicate: ops.Node) -> bool:
    return _is_between(predicate, date)


def _is_of_instants(predicate: ops.Node) -> bool:
    return _is_between(predicate, datetime)


def _is_between(predicate: ops.Node, kind: type) -> bool:
    return (
        isinstance(predicate, ops.Between)
        and isinstance(predicate.arg, ops.Field)
        and all(type(getattr(end, "value", None)) is kind for end in _ends(predicate))
    )


def _ends(between: ops.Between) -> tuple[Any, Any]:
    return between.lower_bound, between.upper_bound


def _bare(figure: Table, period: Period) -> ops.Node:
    """The figure of a period without its days and its end, and without what finds them by an index: equal for two periods
    where nothing else of it depends on them."""
    seen: dict[int, int] = {}
    plain = {period.first: ops.Literal(date.min, dt.date), period.last: ops.Literal(date.max, dt.date)}
    end = ibis.literal(period.ends_at).op()

    def bare(node: ops.Node, changed: dict[str, Any] | None) -> ops.Node:
        given = changed or dict(zip(node.argnames, node.args, strict=True))
        match node:
            case ops.JoinReference():
                # numbered as they are made, which differs between two that are alike
                given["identifier"] = seen.setdefault(node.identifier, len(seen))
            case ops.Between() if _is_of_days(node):
                ends = [plain.get(end.value, end) for end in _ends(node)]
                given["lower_bound"], given["upper_bound"] = ends
            case ops.Between() if _is_of_instants(node):
                # `Period.surely_within`: by what it is, it decides nothing that the days do not
                return ops.Literal(True, dt.boolean)
            case ops.Literal() if node == end:
                return _THE_END
            case _:
                pass
        return node.__recreate__(given)

    found: ops.Node = figure.op().replace(bare)
    return found


def shared(expressions: Sequence[Table]) -> tuple[dict[str, Table], list[Table]]:
    """What several of them ask, or one asks twice, by the name of a table that is to hold it; and they, as they read it there.

    What is to be held is in the order of its making, since one may read another. Rows of a table as it lies, whether or not
    some are left out, are no question.
    """
    askers: dict[ops.Relation, set[tuple[ops.Node, ops.Node]]] = {}
    reckoned: dict[ops.Node, bool] = {}
    for expression in expressions:
        graph, _dependents = Graph.from_bfs(expression.op()).toposort()
        for node, children in graph.items():
            reckoned[node] = isinstance(node, _RECKONS) or any(reckoned[child] for child in children)
            if isinstance(node, ops.JoinReference | ops.Value):
                continue
            for child in children:
                of = child.parent if isinstance(child, ops.JoinReference) else child
                if isinstance(of, ops.Relation):
                    askers.setdefault(of, set()).add((node, child))
    # a dependency stands before what depends on it
    several = [one for one in reckoned if reckoned[one] and len(askers.get(one, ())) > 1]
    held = {one: ops.UnboundTable(f"shared {number}", one.schema) for number, one in enumerate(several)}
    named = {}
    for one, table_of_it in held.items():
        others = {other: read for other, read in held.items() if other is not one}
        named[table_of_it.name] = one.replace(others).to_expr()
    return named, [expression.op().replace(held).to_expr() for expression in expressions]


def columns_of(expressions: Sequence[Table], held: dict[str, Table]) -> dict[str, set[str]]:
    """Which columns of each table are asked for, by its name: of expressions, and of what `shared` gave to be held for them."""
    found: dict[str, set[str]] = {}
    # what is held is asked by what comes after it alone
    for name, expression in [*(("", one) for one in expressions), *reversed(held.items())]:
        asked: dict[ops.Relation, set[str]] = {expression.op(): found.get(name, {*expression.columns})}
        for node in reversed(Graph.from_bfs(expression.op()).toposort()[0]):
            if isinstance(node, ops.UnboundTable):
                found[node.name] = found.get(node.name, set()) | asked.get(node, set())
            elif isinstance(node, ops.Relation):
                for value in _asks(node, asked.get(node, set())):
                    for of in value.find(ops.Field, filter=ops.Value):
                        asked.setdefault(of.rel, set()).add(of.name)
    return found


def _asks(node: ops.Relation, wanted: Collection[str]) -> Iterator[ops.Value]:
    """What a relation must know for its rows and some columns of them."""
    match node:
        case ops.Project() | ops.DropColumns() | ops.JoinReference():
            pass
        case ops.Filter():
            yield from node.predicates
        case ops.Sort():
            yield from node.keys
        case ops.JoinChain():
            yield from (one for link in node.rest for one in link.predicates)
        case ops.Aggregate():
            yield from node.groups.values()
        case ops.Set():
            names = wanted if isinstance(node, ops.Union) and not node.distinct else node.schema.names
            yield from (ops.Field(side, name) for side in (node.left, node.right) for name in names)
            return
        case _:
            wanted = node.schema.names
    yield from (node.values[name] for name in wanted)


def tables_of(expression: Table) -> frozenset[str]:
    """The shapes that an expression reads."""
    return frozenset(one.name for one in expression.op().find(ops.UnboundTable))
