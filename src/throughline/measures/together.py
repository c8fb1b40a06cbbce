"""The measures of many forces and periods in one reading of their tables, by the rules that a force counts itself by.

A measure is written for one force and one period. Here its expression is carried over: every table has a column `FORCE`,
and whatever is joined, grouped or put in order is so within a force. Where the periods decide nothing but which days are
counted, the same is done with a column `PERIOD`, and one reading gives every figure; else there is one for each period.
"""

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from ibis.common.graph import Graph
from ibis.expr.types import Table

from throughline.handover import SHAPES, table
from throughline.measures.rules import Measure, Period

FORCE: Final = "force"
PERIOD: Final = "period"
#: Joins of which it is known whose row each of their rows is: the one on the left's.
_JOINS: Final = frozenset({"inner", "left", "semi", "anti"})
_NUMBER: Final = dt.int16
#: What takes a table apart or puts it together, and is not done twice where once will do.
_RECKONS: Final = (ops.JoinChain, ops.Aggregate, ops.Distinct, ops.WindowFunction)


class ApartError(ValueError):
    """An expression that cannot be carried over to many forces or periods: says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One question to the tables: the figures of a measure, of all forces, over one period or over all of them.

    ``expression`` gives what `Measure.figure` gives, and the number of the force in `FORCE`; where ``period`` is None the
    place of the period, from nought, in `PERIOD`. What no row was counted of has no row here, and is nought.
    """

    measure: Measure
    period: Period | None
    expression: Table


def readings(measure: Measure, periods: Sequence[Period]) -> Iterator[Reading]:
    """The fewest readings that give a measure's figures over periods that do not overlap, in their order.

    Raises ApartError where the measure joins or combines tables in a way that cannot be told apart by force.
    """
    for one, following in itertools.pairwise(periods):
        if following.first <= one.last:
            raise ValueError("periods: overlap, or are not in their order")
    span = Period(periods[0].first, periods[-1].last)
    whole = measure.figure(span)
    told = {_but_for_days(measure.figure(one), one) for one in {periods[0], periods[-1]}}
    if told == {_but_for_days(whole, span)}:
        try:
            yield Reading(measure, None, apart(whole, periods))
        except ApartError:
            pass
        else:
            return
    for period in periods:
        yield Reading(measure, period, apart(measure.figure(period)))


def apart(expression: Table, periods: Sequence[Period] = ()) -> Table:
    """An expression over the shapes of handover as it is for each force, and for each period if any are given."""

    def carry(node: ops.Node, changed: dict[str, Any] | None) -> ops.Node:
        given = changed or dict(zip(node.argnames, node.args, strict=True))
        match node:
            case ops.UnboundTable():
                return ops.UnboundTable(node.name, _with_force(node.schema), namespace=node.namespace)
            case ops.Project():
                given["values"] = {**given["values"], **_carried(given["parent"])}
            case ops.Aggregate():
                given["groups"] = {**given["groups"], **_carried(given["parent"])}
            case ops.WindowFunction():
                [of] = _whose(given)
                given["group_by"] = (*given["group_by"], *_carried(of).values())
            case ops.JoinChain():
                return _joined(given)
            case ops.Filter():
                days = [one.arg.name for one in node.predicates if periods and _is_of_days(one)]
                if not days:
                    return ops.Filter(given["parent"], given["predicates"])
                # no index finds the rows here: the days alone decide
                kept = [one for one in given["predicates"] if not _is_of_instants(one)]
                return _of_periods(ops.Filter(given["parent"], kept), days, periods)
            case ops.Set() if {*given["left"].schema.names} != {*given["right"].schema.names}:
                raise ApartError("a union of what is of a period and what is of none")
            case ops.Limit() if given["n"] != 0:
                raise ApartError("so many rows of all forces")
            case ops.Subquery():
                raise ApartError("a question within another")
            case _:
                pass
        return node.__recreate__(given)

    carried: ops.Node = expression.op().replace(carry)
    if periods and PERIOD not in carried.schema.names:
        raise ApartError("nothing says of which period it is")
    found: Table = carried.to_expr()
    return found


def _with_force(schema: ibis.Schema) -> ibis.Schema:
    return ibis.schema({**schema, FORCE: _NUMBER})


def _carried(relation: ops.Relation) -> dict[str, ops.Field]:
    """The columns of a relation that say whose its rows are."""
    return {name: ops.Field(relation, name) for name in (FORCE, PERIOD) if name in relation.schema.names}


def _whose(given: dict[str, Any]) -> set[ops.Relation]:
    """The relations that a window is over."""
    found = set(given["func"].relations)
    for one in (*given["group_by"], *given["order_by"]):
        found |= one.relations
    if len(found) != 1:
        raise ApartError("a window over no table, or over several")
    return found


def _joined(given: dict[str, Any]) -> ops.JoinChain:
    whose = _carried(given["first"])
    links = []
    for link in given["rest"]:
        if link.how not in _JOINS:
            raise ApartError(f"a join that is {link.how}")
        of_it = _carried(link.table)
        within = [ops.Equals(whose[name], field) for name, field in of_it.items() if name in whose]
        links.append(ops.JoinLink(link.how, link.table, (*link.predicates, *within)))
        if of_it.keys() - whose.keys():
            if link.how != "inner":
                raise ApartError("what is of a period, beside what is of none")
            whose |= {name: field for name, field in of_it.items() if name not in whose}
    chain = ops.JoinChain(given["first"], links, {**given["values"], **whose})
    # numbered as they are made, which differs between two that are alike
    tables = (chain.first, *(link.table for link in links))
    alike = {one: one.copy(identifier=number) for number, one in enumerate(tables)}
    found: ops.JoinChain = chain.replace(alike)
    return found


def _of_periods(filtered: ops.Filter, days: Sequence[str], periods: Sequence[Period]) -> ops.Relation:
    """Rows of the days of all periods, each with the place of its own; of a day between two of them there are none."""
    if PERIOD in filtered.schema.names or len(days) != 1:
        raise ApartError("days of two sorts")
    rows = filtered.to_expr()
    day = rows[days[0]]
    # the first period whose last day is not before it
    place = ibis.cases(*((day <= one.last, ibis.literal(at, _NUMBER)) for at, one in enumerate(periods)))
    if any((after.first - before.last).days != 1 for before, after in itertools.pairwise(periods)):
        rows = rows.filter(ibis.or_(*(day.between(one.first, one.last) for one in periods)))
    found: ops.Relation = rows.mutate(**{PERIOD: place}).op()
    return found


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


def _but_for_days(expression: Table, period: Period) -> ops.Node:
    """An expression without its days, and without what finds them by an index: equal for two periods where nothing else
    of it depends on them."""
    seen: dict[int, int] = {}
    plain = {period.first: ops.Literal(date.min, dt.date), period.last: ops.Literal(date.max, dt.date)}

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
            case _:
                pass
        return node.__recreate__(given)

    found: ops.Node = expression.op().replace(bare)
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


def with_force() -> dict[str, Table]:
    """Each shape by its name, as it is where many forces hand it over."""
    return {shape.name: apart(table(shape.name)) for shape in SHAPES}
