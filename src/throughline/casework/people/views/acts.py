"""What the log says in plain words: what was done, by whom, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.views.wording import label
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.accounts.rules import SignIn
from throughline.foundations.audit.models import Event

#: What was done, as the act is named also where it was refused.
ACTS: Final[dict[str, Any]] = {
    Action.SIGN_IN: _("signing in or out"),
    Action.HOME: _("opening the first page"),
    Action.READ_REFERENCE: _("reading the reference lists"),
    Action.CHANGE_OWN_ACCOUNT: _("changing their own account"),
    Action.KEEP_DRAFT: _("keeping what was typed"),
    Action.SEARCH_PEOPLE: _("searching for a person"),
    Action.VIEW_PERSON: _("opening a person’s page"),
    Action.ADD_PERSON: _("adding a person"),
    Action.CORRECT_PERSON: _("correcting names or particulars"),
    Action.CHANGE_CONTACT: _("changing phones or addresses"),
    Action.RECORD_SAFE_CONTACT: _("writing down how to reach somebody safely"),
    Action.RECORD_RELATIONSHIP: _("changing relationships or a household"),
    Action.SET_MARKER: _("setting or ending a marker"),
    Action.DECIDE_MATCH: _("saying whether a match is this person"),
    Action.MERGE: _("saying whether two records are of one person"),
    Action.PART: _("parting records that were joined"),
    Action.RESTRICT: _("restricting a record"),
    Action.LIFT_RESTRICTION: _("lifting a restriction"),
    Action.GRANT_SIGHT: _("saying who may see a restricted record"),
    Action.BREAK_GLASS: _("opening a restricted record in an emergency"),
    Action.REVIEW_BREAK_GLASS: _("reviewing who opened a restricted record in an emergency"),
    Action.VIEW_REFUGE: _("reading a refuge address"),
    Action.RECORD_REFUGE: _("writing down a refuge address, or who may see it"),
    Action.RECOGNISE_STAFF: _("saying that a person is one of the staff"),
    Action.VIEW_LOOKERS: _("reading who looked at a person"),
    Action.REVIEW_RETENTION: _("deciding how long a record is kept"),
    Action.ERASE: _("erasing a person"),
    Action.IMPORT_PEOPLE: _("bringing in an index of people"),
    Action.EXTRACT_PEOPLE: _("taking records out, to be linked or to fit recognition to them"),
    Action.VIEW_DUTIES: _("reading what must happen next"),
    Action.DISCHARGE_DUTY: _("doing what had to happen"),
    Action.VIEW_CASE: _("opening a case"),
    Action.RECORD_INCIDENT: _("writing down an incident and who was in it"),
    Action.CLOSE_CASE: _("closing or opening an incident or a case"),
    Action.GROUP_CASES: _("saying which cases belong together"),
    Action.OWN_CASE: _("changing who owns a case or keeps her safe"),
    Action.ALLOCATE: _("deciding who safeguards"),
    Action.VIEW_WORKLOAD: _("reading who has how many cases"),
    Action.VIEW_OVERDUE: _("reading what is overdue"),
    Action.KEEP_REGISTERS: _("keeping the registers of posts, on call and training"),
    Action.GRADE_CASE: _("grading the danger of a case"),
    Action.VISIT: _("writing down a visit"),
    Action.CONTACT_VICTIM: _("being in touch with a victim, or planning what she is told"),
    Action.PLAN_SAFETY: _("working on a safety plan"),
    Action.REFER_TO_PARTNERS: _("referring to an adviser or a MARAC"),
    Action.REVIEW_NOT_REFERRED: _("reviewing why a case was not referred"),
    Action.WORK_REFERRED: _("working on a referral as her adviser"),
    Action.HOLD_REFERRAL: _("opening a referral as her adviser"),
    Action.VIEW_DIRECTORY: _("reading the support directory"),
    Action.KEEP_DIRECTORY: _("keeping the support directory"),
    Action.VIEW_INVESTIGATION: _("reading an investigation"),
    Action.INVESTIGATE: _("working on an investigation"),
    Action.SUPERVISE_INVESTIGATION: _("supervising an investigation"),
    Action.ORDER_DISRUPTION: _("ordering a disruption task"),
    Action.DISRUPT: _("working on a disruption task"),
    Action.SUPERVISE_NEIGHBOURHOOD: _("supervising neighbourhood work"),
    Action.DECIDE_PRIMARY: _("deciding who the primary perpetrator is"),
    Action.REVIEW_FILES: _("drawing or reviewing files"),
    Action.RECORD_CRIME: _("judging whether a crime is recorded"),
    Action.REVIEW_CRIME: _("reviewing a judgement on a crime"),
    Action.GIVE_OUTCOME: _("giving a crime its outcome, or writing down what a court sent"),
    Action.REVIEW_OUTCOME: _("reviewing an outcome"),
    Action.IMPORT_RESULTS: _("bringing in results of courts"),
    Action.RECORD_FACT: _("writing down an order, bail or a warrant"),
    Action.IMPORT_FACTS: _("bringing in orders, bail and warrants"),
    Action.VIEW_CONTACT: _("reading what was said at a call or at the counter"),
    Action.TAKE_CONTACT: _("taking a call or a report at the counter"),
    Action.READ_BRIEF: _("opening a brief"),
    Action.ASK_INTELLIGENCE: _("asking intelligence"),
    Action.ANSWER_INTELLIGENCE: _("answering for intelligence"),
    Action.NAME_CONFIDENTIAL: _("naming who reads a confidential system"),
    Action.KEEP_RECORDING: _("asking that the recording of a call be kept"),
    Action.ANSWER_RECORDING: _("saying what became of a recording"),
    Action.SUPERVISE: _("supervising calls"),
    Action.KEEP_COUNTER: _("keeping the front counter’s leaflets and hours"),
    Action.KEEP_TURN: _("beginning or ending a turn"),
    Action.ATTEND: _("writing down what was found or done at the scene"),
    Action.VIEW_SCENE: _("reading what was found at the scene"),
    Action.DECIDE_CHILD: _("deciding what is done for a child"),
    Action.AMEND_ACCOUNT: _("adding to an account, or asking that it be corrected"),
    Action.ASSESS_RISK: _("assessing risk"),
    Action.VIEW_RISK: _("reading how risk was assessed"),
    Action.CHECK_RISK: _("checking an assessment of risk"),
    Action.CHECK_HIGH_RISK: _("checking an assessment of high risk"),
    Action.REVIEW_RISK: _("reviewing the risk to a pair in the hub"),
    Action.SUPERVISE_TEAM: _("supervising a turn"),
    Action.HAND_OVER: _("handing over a turn or a queue"),
    Action.WORK_OFFLINE: _("working without signal"),
    Action.VIEW_MEASURES: _("reading the figures"),
    Action.EXPLAIN_FIGURE: _("explaining a figure"),
    Action.BUILD_RETURN: _("making the force’s data return"),
    Action.READ_AUDIT: _("reading this log"),
    Action.ROTATE_KEYS: _("having what is kept closed under a new key"),
    Action.MANAGE_ACCOUNTS: _("making, changing or closing an account"),
    SignIn.SUCCESS: _("signing in"),
    SignIn.WRONG_PASSWORD: _("giving a wrong password"),
    SignIn.WRONG_CODE: _("giving a wrong code"),
    SignIn.LOCKED_OUT: _("being locked out after too many attempts"),
    SignIn.CLOSED: _("trying to sign in to a closed account"),
    SignIn.NOT_BOUND: _("coming with an identity that is bound to no account"),
    SignIn.SIGN_OUT: _("signing out"),
    SignIn.ENDED: _("being signed out: the session had ended"),
}
#: What is only looked at under a rule that is also for changing something.
_LOOKING: Final[dict[str, Any]] = {
    Action.SEARCH_PEOPLE: _("searching for a person, and being shown whom it may be"),
    Action.MERGE: _("reading records that may be of one person"),
    Action.GRANT_SIGHT: _("reading whom a matter is about, to let somebody see it"),
    Action.EXTRACT_PEOPLE: _("taking records out, to be linked or to fit recognition to them"),
    Action.BUILD_RETURN: _("making the force’s data return"),
    Action.VISIT: _("reading whom to look in on"),
    Action.CONTACT_VICTIM: _("reading how to reach a victim and what she is to be told"),
    Action.PLAN_SAFETY: _("reading a safety plan or its measures"),
    Action.ANSWER_INTELLIGENCE: _("reading what intelligence is asked"),
    Action.ASSESS_RISK: _("reading what became of their own assessments"),
    Action.WORK_REFERRED: _("reading what was referred to her service"),
    Action.SUPERVISE_INVESTIGATION: _("reading what investigations wait for"),
    Action.SUPERVISE_NEIGHBOURHOOD: _("reading what neighbourhood work waits for"),
    Action.SUPERVISE_TEAM: _("reading what a turn has open"),
    Action.WORK_OFFLINE: _("taking pages along, to work without signal"),
    Action.DISRUPT: _("reading disruption tasks"),
    Action.REVIEW_FILES: _("reading the files that were drawn"),
    Action.SUPERVISE: _("reading what calls wait for a supervisor"),
    Action.HOLD_REFERRAL: _("opening a referral as her adviser"),
}
#: What was done with an account, where the log says it.
_TO_ACCOUNTS: Final[dict[str, Any]] = {
    "made": _("making an account"),
    "given-password": _("giving an account a one-time password"),
    "closed": _("closing an account"),
    "reset-second-factor": _("resetting the second factor of an account"),
    "bound-identity": _("binding an account to an identity"),
}


def act_in_words(kind: str, action: str, detail: Mapping[str, Any] | None = None) -> str:
    """What somebody did, for whoever reads the log: "opening a case", "was refused: closing a case".

    A look at a page under a rule for changing something is told as the look it was. What nobody gave words keeps its code.
    """
    done = str(ACTS.get(action, action))
    if kind == Event.Kind.REFUSED:
        return gettext("was refused: %(act)s") % {"act": done}
    if kind == Event.Kind.LOOK:
        if action in _LOOKING:
            return str(_LOOKING[action])
        plain = action not in ACTS or action.endswith((".view", ".read"))
        return done if plain else gettext("opening the page for %(act)s") % {"act": done}
    if action == Action.MANAGE_ACCOUNTS:
        return str(_TO_ACCOUNTS.get((detail or {}).get("what", ""), done))
    return done


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log in words. ``records`` are numbers alone; ``because`` is why it was refused."""

    at: datetime
    who: str
    role: str
    act: str
    why: str
    because: str
    records: tuple[UUID, ...]


def log_in_words(
    events: Iterable[Event], names: Mapping[UUID, str], today: date, *, numbered: bool = False
) -> list[LogLine]:
    """Lines of the log in the words of the lists, in the order given; ``numbered``, with the numbers of the records."""
    return [
        LogLine(
            at=one.at,
            who=names[one.actor],
            role="" if one.role == Role.SYSTEM else label("roles", one.role, today),
            act=act_in_words(one.kind, one.action, one.detail),
            # what was changed says why by itself; a look does not
            why=label("purposes", one.purpose, today)
            if one.purpose
            else gettext("not said")
            if one.kind == Event.Kind.LOOK
            else "",
            because=one.detail.get("because", ""),
            records=tuple(one.subjects) if numbered else (),
        )
        for one in events
    ]
