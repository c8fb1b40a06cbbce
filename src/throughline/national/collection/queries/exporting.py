"""What was taken, as an edition is built from it: exactly the signed figures, who signed, both sides' words, and who is missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from throughline.national.collection.commands.receiving import METHODS
from throughline.national.collection.models import Force, Taking
from throughline.national.collection.queries.pages import rows_of
from throughline.national.collection.queries.returns import questions_of, standings
from throughline.national.collection.rules import Asked, figures
from throughline.statistics.edition.gathering import ASKED_ON
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
        folder = f"{of.year_end}-{one.force.code}"
        told = figures(one.version.figures, one.version.methods)
        asked = standings(questions_of(of.id, one.force_id), one.version)
        forces.append(
            {
                "code": one.force.code,
                "name": one.force.name,
                "invented": one.force.invented,
                "residents": one.force.residents,
                "folder": folder,
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
        returns[folder] = {
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


def tables_of_signed(forces: Sequence[Mapping[str, Any]]) -> Tables:
    """The files beside the returns' folders, of what `signed_set` says of each force: its digest and who signed it, why figures
    were corrected, and of forces that are invented what they are called."""
    tables: Tables = {
        "signatures.csv": [
            ["folder", "force", "year_end", "digest", "mark", "signed_by", "signed_on", ASKED_ON],
            *(
                [
                    one["folder"],
                    one["code"],
                    one["year_end"],
                    one["digest"],
                    one["mark"],
                    "{name}, {post}".format(**one["signed"]),
                    one["signed"]["at"][:10],
                    one["asked_on"],
                ]
                for one in forces
            ),
        ],
        "corrections.csv": [
            ["force", "year_end", "why"],
            *(
                [one["code"], one["year_end"], "; ".join(one["corrected_because"])]
                for one in forces
                if one["corrected_because"]
            ),
        ],
    }
    if invented := {one["code"]: one for one in forces if one["invented"]}:
        rows = [[one["code"], one["name"], str(one["residents"]), "invented"] for one in invented.values()]
        tables["forces.csv"] = [["force", "name", "residents", "invented"], *sorted(rows)]
    return tables
