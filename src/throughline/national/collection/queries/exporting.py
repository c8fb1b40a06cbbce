"""What was taken, as an edition is built from it: exactly the signed figures, who signed, both sides' words, and who is missing."""

from datetime import datetime
from typing import Any

from throughline.national.collection.commands.receiving import METHODS
from throughline.national.collection.models import Force, Taking
from throughline.national.collection.queries.pages import rows_of
from throughline.national.collection.queries.returns import questions_of, standings
from throughline.national.collection.rules import Asked, figures
from throughline.statistics.returns import items

type Tables = dict[str, list[list[str]]]


def signed_set(taking: Taking, *, now: datetime) -> tuple[dict[str, Any], dict[str, Tables]]:
    """The signed set in words and codes, and by folder the tables of each return. The same taking gives the same bytes.

    ``missing`` says of every other force where its return stood at ``now``.
    """
    of = taking.round
    taken = {
        one.force_id: one
        for one in taking.taken.select_related("force", "version", "signature").order_by("force__code")
    }
    codes = [item.code for item in items(of.year_end)]
    forces, returns = [], {}
    for one in taken.values():
        told = figures(one.version.figures, one.version.methods)
        asked = standings(questions_of(of.id, one.force_id), one.version)
        forces.append(
            {
                "code": one.force.code,
                "name": one.force.name,
                "invented": one.force.invented,
                "residents": one.force.residents,
                "folder": f"{of.year_end}-{one.force.code}",
                "year_end": of.year_end.isoformat(),
                "asked_on": of.opens.isoformat(),
                "version": one.version.number,
                "digest": one.version.digest,
                # nobody outside has it, and it stays with the version: what is printed of a return is made with it
                "mark": one.version.id.hex,
                "text": one.version.figures,
                "signed": {
                    "name": one.signature.name,
                    "post": one.signature.post,
                    "at": one.signature.at.isoformat(),
                },
                "corrected_because": [
                    each.why
                    for each in one.force.versions.filter(round=of, number__lte=one.version.number).order_by(
                        "number"
                    )
                    if each.why
                ],
                "explanations": [
                    {
                        "rule": question.rule,
                        "items": question.items,
                        "message": question.message,
                        "said": [
                            {"move": each.move, "words": each.words, "at": each.at.isoformat()}
                            for each in sorted(question.said.all(), key=lambda each: each.place)
                        ],
                    }
                    for question, state in asked
                    if state is Asked.ACCEPTED
                ],
            }
        )
        rows = [["item", "value", "unable", "note"]]
        for code in codes:
            entry = told.entries.get(code)
            if entry is not None:
                rows.append(
                    [code, "" if entry.value is None else str(entry.value), entry.unable or "", entry.note]
                )
        returns[f"{of.year_end}-{one.force.code}"] = {
            "about.csv": [["force", "year_end", "contact"], [told.force, told.year_end.isoformat(), ""]],
            "figures.csv": rows,
            "methods.csv": [
                [*METHODS],
                *([getattr(row, name) for name in METHODS] for row in told.methods.values()),
            ],
        }
    others = [force for force in Force.objects.order_by("code") if force.id not in taken]
    return (
        {
            "round": of.code,
            "title": of.title,
            "year_end": of.year_end.isoformat(),
            "taken_at": taking.at.isoformat(),
            "invented": any(one.force.invented for one in taken.values()),
            "forces": forces,
            "missing": [
                {
                    "code": row.force.code,
                    "name": row.force.name,
                    "invented": row.force.invented,
                    "why": str(row.standing),
                }
                for row in rows_of(of, others, now=now)
            ],
        },
        returns,
    )
