"""The shapes, in words and types. A change of meaning is a new version."""

from dataclasses import dataclass

import ibis
from ibis.expr.types import Table
from sqlglot import expressions as sql

#: 2 brings what 1 had unchanged, and beside it the incident, the scene, risk and what a case stands on; 3 brings what 2
#: had, on whose list a duty stands, and who owns a case, being in touch with her, her plan and what was ordered; 4 brings
#: what 3 had, and advisers, MARACs, who investigates, who is still to be found, and each thing that she was to be told; 5
#: brings what 4 had, the records that persons stand on, who is connected with whom, who somebody says they are, how old
#: they were, and what the two of a case are to each other.
VERSION = "5"

_ID, _AT, _DAY, _CODE, _FLAG, _COUNT = (
    "uuid",
    "timestamp('UTC')",
    "date",
    "string",
    "boolean",
    "int64",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: what a row is, and its columns with their types. Null is not known, never none."""

    name: str
    row: str
    columns: dict[str, str]

    def empty_on(self, engine: str) -> str:
        """The statement that makes its table, without a row, on a second engine, such as `duckdb`."""
        columns = ibis.schema(self.columns).to_sqlglot_column_defs(engine)
        named = sql.Schema(this=sql.to_identifier(self.name, quoted=True), expressions=columns)
        return sql.Create(kind="TABLE", this=named).sql(engine)

    def without_uuids(self) -> str:
        """Its columns as DuckDB selects them into Parquet for Spark, which reads no uuid there."""
        return ", ".join(
            f'"{name}"::varchar as "{name}"' if kind == _ID else f'"{name}"'
            for name, kind in self.columns.items()
        )


SHAPES = (
    Shape(
        "handover_call",
        "One contact: a call for assistance, a visit to a counter, a partner's report",
        {
            "call": _ID,
            "at": _AT,
            # of the call, in London
            "day": _DAY,
            "channel": _CODE,
            "caller": _CODE,
            "line": _CODE,
            "domestic": _FLAG,
            "recorded_as": _CODE,
            "incident": _ID,
            "number": _COUNT,
            "place": _COUNT,
            "script_used": _FLAG,
            # concern, none-said, or null where nobody weighed it
            "thrive": _CODE,
        },
    ),
    Shape(
        "handover_deployment",
        "A decision whom to send how soon, or that nobody is sent",
        {
            "deployment": _ID,
            "call": _ID,
            "grade": _CODE,
            "decided_at": _AT,
            "due_at": _AT,
            "arrived_at": _AT,
            # whether no later decision has taken its place
            "stands": _FLAG,
            # the first time that its brief was opened; null also where none was sent
            "brief_sent_at": _AT,
            "brief_opened_at": _AT,
        },
    ),
    Shape(
        "handover_involvement",
        "Somebody's part in an incident, as confirmed by a person or not",
        {
            "incident": _ID,
            "day": _DAY,
            "at": _AT,
            "domestic": _FLAG,
            "crime": _FLAG,
            "person": _ID,
            "part": _CODE,
            "confirmed": _FLAG,
            # of a victim whom the suspect names as theirs: undecided, unresolved, primary-victim (the other was
            # decided to be the primary perpetrator) or counter-case (this one was); null for everybody else
            "counter": _CODE,
            # by which the person was named: one person may have several
            "record": _ID,
            # in whole years on that day; null where no birth date is known
            "age": _COUNT,
        },
    ),
    Shape(
        "handover_person",
        "Who somebody says they are, as it was last written down; null where nobody asked, or they did not say",
        {
            "person": _ID,
            # of sex
            "sex": _CODE,
            # one of the five groups of official statistics: white, mixed, asian, black or other
            "ethnicity": _CODE,
            "disabled": _FLAG,
            # heterosexual, gay-lesbian, bisexual or other
            "orientation": _CODE,
            # whether it is not the sex that was registered at birth
            "gender_differs": _FLAG,
        },
    ),
    Shape(
        "handover_proposal",
        "A call that a rule proposed as recorded under the wrong kind",
        {"proposal": _ID, "call": _ID, "rule": _CODE, "day": _DAY, "accepted": _FLAG},
    ),
    Shape(
        "handover_incident",
        "Something that police were told of, once however often it was told",
        {
            "incident": _ID,
            "at": _AT,
            # told of, in London
            "day": _DAY,
            "domestic": _FLAG,
            # found to be the same as another, which counts in its place
            "joined": _FLAG,
            "closed_at": _AT,
            # when the last child of it was decided about, or that there is none; null while one is not
            "children_decided_at": _AT,
        },
    ),
    Shape(
        "handover_case_incident",
        "An incident of a case: of one victim and one suspect",
        {"case": _ID, "incident": _ID},
    ),
    Shape(
        "handover_crime",
        "A crime that was recorded of an incident and not cancelled",
        {
            "crime": _ID,
            "incident": _ID,
            "recorded_at": _AT,
            # recorded, in London
            "day": _DAY,
            "offence": _CODE,
            "domestic": _FLAG,
        },
    ),
    Shape(
        "handover_outcome",
        "An outcome that a crime was given, whether or not it stands still",
        {
            "outcome": _ID,
            "crime": _ID,
            "code": _CODE,
            "decided_at": _AT,
            # decided, in London
            "day": _DAY,
            "stands": _FLAG,
        },
    ),
    Shape(
        "handover_attendance",
        "One visit of one officer to an incident, and what was said of it in codes",
        {
            "attendance": _ID,
            "incident": _ID,
            "at": _AT,
            "day": _DAY,
            "domestic": _FLAG,
            # yes, no or one-there: only one of the two was
            "apart": _CODE,
            # a camera on the officer: yes or no; and whether it was on: all, part or no
            "camera": _CODE,
            "camera_on": _CODE,
            # of the personal statement: yes, not-now or no
            "statement_offered": _CODE,
        },
    ),
    Shape(
        "handover_evidence",
        "What stands as become of one of the things to gather at an incident",
        {"incident": _ID, "item": _CODE, "state": _CODE, "reason": _CODE, "entered_at": _AT},
    ),
    Shape(
        "handover_action",
        "What was done about one suspect of an incident, as it was decided once; a later decision is another row",
        {
            "action": _ID,
            "incident": _ID,
            # of the incident
            "at": _AT,
            "day": _DAY,
            "domestic": _FLAG,
            "person": _ID,
            "done": _CODE,
            # whether there was power to arrest; null where nobody has said
            "power": _FLAG,
            "decided_at": _AT,
            "stands": _FLAG,
            # agreed or overturned by whoever looked at it again
            "reviewed": _CODE,
        },
    ),
    Shape(
        "handover_action_reason",
        "One of the reasons for not arresting",
        {"action": _ID, "reason": _CODE},
    ),
    Shape(
        "handover_assessment",
        "One assessment of risk in a case, as it was done with her and as it reached the system",
        {
            "assessment": _ID,
            "case": _ID,
            # the one that it names, if any
            "incident": _ID,
            "instrument": _CODE,
            "how": _CODE,
            # what the two were to each other then
            "relationship": _CODE,
            "at": _AT,
            # done, in London
            "day": _DAY,
            "entered_at": _AT,
            # null while it is not complete
            "completed_at": _AT,
        },
    ),
    Shape(
        "handover_grading",
        "A grade as one person gave it at one stage",
        {
            "grading": _ID,
            "case": _ID,
            "assessment": _ID,
            "stage": _CODE,
            "grade": _CODE,
            # what stood until then; null where nothing did
            "before": _CODE,
            "at": _AT,
            "day": _DAY,
            "entered_at": _AT,
        },
    ),
    Shape(
        "handover_second_look",
        "A check or a review of a grade by somebody who had not given it",
        {
            "look": _ID,
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            # of the look: supervisor, inspector or hub
            "stage": _CODE,
            # of the grade that was looked at; null where none was, or where it is not kept who gave it
            "of_stage": _CODE,
            "grade": _CODE,
            # agreed, regraded or returned
            "verdict": _CODE,
            "regraded": _CODE,
        },
    ),
    Shape(
        "handover_duty",
        "Something that was to be done about a case or an incident, by when",
        {
            "duty": _ID,
            "kind": _CODE,
            "case": _ID,
            "incident": _ID,
            "opened_at": _AT,
            "due_at": _AT,
            # due, in London
            "day": _DAY,
            "discharged_at": _AT,
            "outcome": _CODE,
            # null while it is open and not yet due
            "in_time": _FLAG,
            # on whose list it stands, or stood
            "role": _CODE,
        },
    ),
    Shape(
        "handover_standing",
        "What a case stood on, from one instant until before another; without an end it goes on",
        {
            "case": _ID,
            # case (since it was opened), closed, joined (into another), incident, duty, fact or grade
            "kind": _CODE,
            # which duty, fact or grade
            "code": _CODE,
            "since": _AT,
            "until": _AT,
        },
    ),
    Shape(
        "handover_case",
        "One victim, one suspect and every incident between them, as it was opened",
        {
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            "victim": _ID,
            # null where nobody knows who it is
            "suspect": _ID,
            # by which the two were named
            "victim_record": _ID,
            "suspect_record": _ID,
            # what one is to the other, in a code of relationship
            "relationship": _CODE,
        },
    ),
    Shape(
        "handover_connection",
        "That one record is, or was, anything to another, or lived with it; each connection stands both ways round",
        {"record": _ID, "other_record": _ID, "person": _ID, "other": _ID},
    ),
    Shape(
        "handover_closing",
        "Each time that a case was closed, also one that was opened again since",
        {
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            # until when is known what happened afterwards
            "known_until": _AT,
        },
    ),
    Shape(
        "handover_ownership",
        "That somebody owned a case, from when they accepted it",
        {"ownership": _ID, "case": _ID, "at": _AT, "day": _DAY, "until": _AT, "ended": _CODE},
    ),
    Shape(
        "handover_victim_contact",
        "One contact with the victim of a case, made or tried",
        {
            "contact": _ID,
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            "way": _CODE,
            "result": _CODE,
            # whether it was she who got in touch
            "hers": _FLAG,
            # whether something was due to be told her when it was made
            "prompted": _FLAG,
            # null where she was not reached
            "feels": _CODE,
        },
    ),
    Shape(
        "handover_plan",
        "A complete version of a victim's safety plan, once for each of her cases",
        {"plan": _ID, "case": _ID, "completed_at": _AT, "agreed": _CODE},
    ),
    Shape(
        "handover_safety_measure",
        "Something that was ordered to make her safer",
        {
            "measure": _ID,
            "case": _ID,
            "kind": _CODE,
            "state": _CODE,
            # first, and that day in London
            "ordered_at": _AT,
            "day": _DAY,
            # null until it is in place, and again where it failed
            "fitted_at": _AT,
        },
    ),
    Shape(
        "handover_update",
        "Something that happened and was to be told to the victim of a case, in a code of victim-updates",
        {
            "case": _ID,
            "code": _CODE,
            # it happened, and that day in London
            "at": _AT,
            "day": _DAY,
            # she was first told of it, or did not want to be; null: she has not been
            "told_at": _AT,
        },
    ),
    Shape(
        "handover_adviser_referral",
        "A referral of a victim to an independent adviser's service",
        {
            "referral": _ID,
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            # the role of whoever referred her
            "source": _CODE,
            # that stood then; null: nobody had graded it
            "grade": _CODE,
            # sent, accepted, returned or ended
            "state": _CODE,
            "contact_by": _AT,
            # null: the adviser has not reached her
            "reached_at": _AT,
        },
    ),
    Shape(
        "handover_marac_referral",
        "A referral of a case to a MARAC",
        {
            "referral": _ID,
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            # the role of whoever referred it
            "source": _CODE,
        },
    ),
    Shape(
        "handover_investigation",
        "The investigation of a case",
        {
            "investigation": _ID,
            "case": _ID,
            "at": _AT,
            "day": _DAY,
            # by whoever investigates now; null: by nobody
            "accepted_at": _AT,
            # what she last said of supporting it, in a code of victim-support; null: nobody has asked
            "support": _CODE,
        },
    ),
    Shape(
        "handover_outstanding_suspect",
        "A suspect who is to be found or interviewed",
        {
            "outstanding": _ID,
            "case": _ID,
            "source": _CODE,
            "since": _AT,
            # null while they are looked for
            "closed_at": _AT,
        },
    ),
)
#: Handed over beside the rows: read from reference, and of no database. One row for each method of a period.
METHOD = Shape(
    "handover_method",
    "How the force counted calls, from one day to another, both included",
    {
        "measure": _CODE,
        "first": _DAY,
        "last": _DAY,
        # codes, parted by "; "
        "channels": _CODE,
        "each_call": _FLAG,
        "method": _CODE,
        "source": _CODE,
        "verified": _FLAG,
        "of_the_force": _FLAG,
    },
)
_BY_NAME = {shape.name: shape for shape in SHAPES}


def table(name: str) -> Table:
    """The shape as Ibis reads it. Raises KeyError for one that there is not."""
    return ibis.table(_BY_NAME[name].columns, name=name)
