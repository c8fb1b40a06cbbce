"""Who may do what: some ninety sentences, and one function that reads them.

``decide`` is pure: the caller says who acts, what they want and how they stand to the subject. The row
policies of the database (``protection``) read the same grants, so that a query which forgets to ask still
shows nothing that it should not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

_SYSTEM = UUID("7d0b9b6e-3a0c-4a66-9a55-0d6c1f2f0f11")


class Role(StrEnum):
    """What an account is for; `reference` says more of each."""

    CALL_HANDLER = "call-handler"
    FRONT_COUNTER = "front-counter"
    SUPERVISOR = "control-room-supervisor"
    OFFICER = "response-officer"
    SERGEANT = "response-sergeant"
    INSPECTOR = "duty-inspector"
    HUB = "hub-reviewer"
    INVESTIGATOR = "investigator"
    DESK = "restricted-records-desk"
    INTELLIGENCE = "intelligence-desk"
    REGISTRAR = "crime-registrar"
    IDVA = "idva"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    # at the national site
    FORCE_CONTACT = "force-contact"
    COMMISSIONER = "police-and-crime-commissioner"
    STATISTICIAN = "statistician"
    SYSTEM = "system"


class Relation(StrEnum):
    """How the actor stands to the subject, as the open grants say."""

    GRANTED = "granted"
    BROKE_GLASS = "broke-glass"
    EXCLUDED = "excluded"
    REFUGE = "refuge"
    SELF = "self"
    OF_FORCE = "of-force"


class Action(StrEnum):
    """What can be asked for. Every address of the site names one."""

    SIGN_IN = "sign-in"
    HOME = "home"
    READ_REFERENCE = "reference.read"
    CHANGE_OWN_ACCOUNT = "own-account.change"
    KEEP_DRAFT = "draft.keep"
    SEARCH_PEOPLE = "people.search"
    VIEW_PERSON = "person.view"
    ADD_PERSON = "person.add"
    CORRECT_PERSON = "person.correct"
    CHANGE_CONTACT = "contact.change"
    RECORD_SAFE_CONTACT = "safe-contact.record"
    RECORD_RELATIONSHIP = "relationship.record"
    SET_MARKER = "marker.set"
    DECIDE_MATCH = "match.decide"
    MERGE = "identity.merge"
    PART = "identity.part"
    RESTRICT = "restriction.set"
    LIFT_RESTRICTION = "restriction.lift"
    GRANT_SIGHT = "restriction.grant"
    BREAK_GLASS = "restriction.break-glass"
    REVIEW_BREAK_GLASS = "break-glass.review"
    VIEW_REFUGE = "refuge.view"
    RECORD_REFUGE = "refuge.record"
    RECOGNISE_STAFF = "staff.recognise"
    VIEW_LOOKERS = "lookers.view"
    REVIEW_RETENTION = "retention.review"
    ERASE = "person.erase"
    IMPORT_PEOPLE = "people.import"
    EXTRACT_PEOPLE = "people.extract"
    VIEW_DUTIES = "duties.view"
    DISCHARGE_DUTY = "duty.discharge"
    VIEW_CASE = "case.view"
    RECORD_INCIDENT = "incident.record"
    CLOSE_CASE = "case.close"
    GROUP_CASES = "cases.group"
    OWN_CASE = "case.own"
    ALLOCATE = "case.allocate"
    VIEW_WORKLOAD = "workload.view"
    VIEW_OVERDUE = "overdue.view"
    KEEP_REGISTERS = "registers.keep"
    GRADE_CASE = "case.grade"
    VISIT = "visit.make"
    CONTACT_VICTIM = "victim.contact"
    PLAN_SAFETY = "safety-plan.make"
    REFER_TO_PARTNERS = "partners.refer"
    REVIEW_NOT_REFERRED = "not-referred.review"
    WORK_REFERRED = "referred.work"
    HOLD_REFERRAL = "referred.hold"
    VIEW_DIRECTORY = "directory.view"
    KEEP_DIRECTORY = "directory.keep"
    VIEW_INVESTIGATION = "investigation.view"
    INVESTIGATE = "investigation.work"
    SUPERVISE_INVESTIGATION = "investigation.supervise"
    ORDER_DISRUPTION = "disruption.order"
    DISRUPT = "disruption.work"
    SUPERVISE_NEIGHBOURHOOD = "neighbourhood.supervise"
    DECIDE_PRIMARY = "primary-perpetrator.decide"
    REVIEW_FILES = "files.review"
    RECORD_CRIME = "crime.record"
    REVIEW_CRIME = "crime.review"
    GIVE_OUTCOME = "outcome.give"
    REVIEW_OUTCOME = "outcome.review"
    IMPORT_RESULTS = "court-results.import"
    RECORD_FACT = "standing-fact.record"
    IMPORT_FACTS = "standing-facts.import"
    VIEW_CONTACT = "contact.view"
    TAKE_CONTACT = "contact.take"
    READ_BRIEF = "brief.read"
    ASK_INTELLIGENCE = "intelligence.ask"
    ANSWER_INTELLIGENCE = "intelligence.answer"
    NAME_CONFIDENTIAL = "confidential.name"
    KEEP_RECORDING = "recording.keep"
    ANSWER_RECORDING = "recording.answer"
    SUPERVISE = "contact.supervise"
    KEEP_COUNTER = "counter.keep"
    KEEP_TURN = "turn.keep"
    ATTEND = "scene.attend"
    VIEW_SCENE = "scene.view"
    DECIDE_CHILD = "child.decide"
    AMEND_ACCOUNT = "account.amend"
    ASSESS_RISK = "risk.assess"
    VIEW_RISK = "risk.view"
    CHECK_RISK = "risk.check"
    CHECK_HIGH_RISK = "risk.check-high"
    REVIEW_RISK = "risk.review"
    SUPERVISE_TEAM = "team.supervise"
    HAND_OVER = "turn.hand-over"
    WORK_OFFLINE = "offline.work"
    VIEW_MEASURES = "measures.view"
    EXPLAIN_FIGURE = "figure.explain"
    BUILD_RETURN = "return.build"
    READ_AUDIT = "audit.read"
    READ_NATIONAL_LOG = "national-log.read"
    MANAGE_ACCOUNTS = "accounts.manage"
    ROTATE_KEYS = "keys.rotate"
    VIEW_ROUNDS = "rounds.view"
    VIEW_RETURN = "return.view"
    SEND_RETURN = "return.send"
    ANSWER_QUERY = "return-query.answer"
    SIGN_RETURN = "return.sign"
    VERIFY_RETURN = "return.verify"
    RUN_ROUND = "round.run"
    REMOVE_FILE = "return-file.remove"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, or a named part of the system."""

    id: UUID
    role: Role
    team: UUID | None = None


def system(name: str) -> Actor:
    """The named system actor, such as the recogniser; the same name is always the same actor."""
    return Actor(uuid5(_SYSTEM, name), Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on, as far as access cares."""

    restricted: bool = False
    relations: frozenset[Relation] = field(default=frozenset())


NOTHING = Subject()

# Who meets victims and suspects
FRONT_LINE = frozenset(
    {
        Role.CALL_HANDLER,
        Role.FRONT_COUNTER,
        Role.SUPERVISOR,
        Role.OFFICER,
        Role.SERGEANT,
        Role.INSPECTOR,
        Role.HUB,
        Role.INVESTIGATOR,
        Role.DESK,
    }
)
# Who goes there, and who answers for those who go
RESPONSE = frozenset({Role.OFFICER, Role.SERGEANT, Role.INSPECTOR})
# Who reads about them; the row policies hold the same list (a test compares them)
READERS = FRONT_LINE | {Role.INTELLIGENCE, Role.REGISTRAR}
EVERY_ACCOUNT = frozenset(Role) - {Role.SYSTEM}
# Whom an account of the national site may be for: nobody there meets or reads about a person
AT_THE_NATIONAL_SITE = frozenset(
    {Role.FORCE_CONTACT, Role.COMMISSIONER, Role.STATISTICIAN, Role.ADMINISTRATOR}
)
OF_A_FORCE = EVERY_ACCOUNT - {Role.FORCE_CONTACT, Role.COMMISSIONER, Role.STATISTICIAN}


def _always(actor: Actor, subject: Subject) -> bool:
    return True


def _in_sight(actor: Actor, subject: Subject) -> bool:
    return (
        not subject.restricted
        or actor.role == Role.DESK
        or not subject.relations.isdisjoint({Relation.GRANTED, Relation.BROKE_GLASS})
    )


def _granted(actor: Actor, subject: Subject) -> bool:
    return not subject.relations.isdisjoint({Relation.GRANTED, Relation.BROKE_GLASS})


def _granted_the_refuge(actor: Actor, subject: Subject) -> bool:
    return Relation.REFUGE in subject.relations


def _restricted(actor: Actor, subject: Subject) -> bool:
    return subject.restricted


def _of_that_force(actor: Actor, subject: Subject) -> bool:
    return Relation.OF_FORCE in subject.relations


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of who may do what."""

    sentence: str
    action: Action
    roles: frozenset[Role]
    when: Callable[[Actor, Subject], bool] = _always


def _only(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


RULES = (
    Rule("Everybody signs in", Action.SIGN_IN, EVERY_ACCOUNT),
    Rule("Everybody has a first page", Action.HOME, EVERY_ACCOUNT),
    Rule("Everybody reads the reference lists", Action.READ_REFERENCE, EVERY_ACCOUNT),
    Rule("Everybody changes their own password and second factor", Action.CHANGE_OWN_ACCOUNT, EVERY_ACCOUNT),
    Rule("Everybody keeps what they have typed", Action.KEEP_DRAFT, EVERY_ACCOUNT),
    Rule("Whoever reads about people searches for them", Action.SEARCH_PEOPLE, READERS),
    Rule("Whoever reads about people sees one who is in their sight", Action.VIEW_PERSON, READERS, _in_sight),
    Rule("The front line adds a person", Action.ADD_PERSON, FRONT_LINE),
    Rule("The front line corrects a person in their sight", Action.CORRECT_PERSON, FRONT_LINE, _in_sight),
    Rule(
        "The front line changes how to reach a person in sight", Action.CHANGE_CONTACT, FRONT_LINE, _in_sight
    ),
    Rule("The front line writes down what is safe", Action.RECORD_SAFE_CONTACT, FRONT_LINE, _in_sight),
    Rule("The front line writes down who is who to her", Action.RECORD_RELATIONSHIP, FRONT_LINE, _in_sight),
    Rule("The front line sets and ends markers", Action.SET_MARKER, FRONT_LINE, _in_sight),
    Rule("The front line says whether it is her", Action.DECIDE_MATCH, FRONT_LINE, _in_sight),
    Rule(
        "Supervisors, intelligence and the desk say whether two records are of one person",
        Action.MERGE,
        _only(Role.SUPERVISOR, Role.INTELLIGENCE, Role.DESK),
        _in_sight,
    ),
    Rule(
        "Supervisors, intelligence and the desk part two records",
        Action.PART,
        _only(Role.SUPERVISOR, Role.INTELLIGENCE, Role.DESK),
        _in_sight,
    ),
    Rule(
        "Supervisors and the desk restrict a record",
        Action.RESTRICT,
        _only(Role.SUPERVISOR, Role.DESK),
        _in_sight,
    ),
    Rule("Only the desk lifts a restriction", Action.LIFT_RESTRICTION, _only(Role.DESK), _restricted),
    Rule(
        "Only the desk lets somebody see a restricted record",
        Action.GRANT_SIGHT,
        _only(Role.DESK),
        _restricted,
    ),
    Rule(
        "Supervisors, response and the hub break the glass, with a reason and a reviewer",
        Action.BREAK_GLASS,
        RESPONSE | {Role.SUPERVISOR, Role.HUB},
        _restricted,
    ),
    Rule("The desk reviews who broke the glass", Action.REVIEW_BREAK_GLASS, _only(Role.DESK)),
    Rule(
        "Only who was named for it sees a refuge address", Action.VIEW_REFUGE, FRONT_LINE, _granted_the_refuge
    ),
    Rule(
        "The desk records a refuge address and names who may see it", Action.RECORD_REFUGE, _only(Role.DESK)
    ),
    Rule(
        "Supervisors and the desk say that a person is one of the staff",
        Action.RECOGNISE_STAFF,
        _only(Role.SUPERVISOR, Role.DESK),
        _in_sight,
    ),
    Rule(
        "Supervisors and the desk see who looked",
        Action.VIEW_LOOKERS,
        _only(Role.SUPERVISOR, Role.DESK),
        _in_sight,
    ),
    Rule(
        "Supervisors and the desk review how long a record is kept",
        Action.REVIEW_RETENTION,
        _only(Role.SUPERVISOR, Role.DESK),
        _in_sight,
    ),
    Rule("Only the desk erases a person", Action.ERASE, _only(Role.DESK)),
    Rule("Administrators bring in an index of people", Action.IMPORT_PEOPLE, _only(Role.ADMINISTRATOR)),
    Rule(
        "Intelligence and the desk take the records in their sight out, to be linked or to fit recognition to them",
        Action.EXTRACT_PEOPLE,
        _only(Role.INTELLIGENCE, Role.DESK),
    ),
    Rule("Whoever reads about people sees what must happen next", Action.VIEW_DUTIES, READERS),
    Rule("Auditors see what they are told outside the line", Action.VIEW_DUTIES, _only(Role.AUDITOR)),
    Rule("Whoever reads about people does what must happen next", Action.DISCHARGE_DUTY, READERS),
    Rule("Auditors do what they are told outside the line", Action.DISCHARGE_DUTY, _only(Role.AUDITOR)),
    Rule("Whoever reads about people sees the cases of those in sight", Action.VIEW_CASE, READERS, _in_sight),
    Rule("The front line writes down who was in an incident", Action.RECORD_INCIDENT, FRONT_LINE, _in_sight),
    Rule(
        "Supervisors close incidents and cases",
        Action.CLOSE_CASE,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Supervisors, officers and the hub say which cases belong together",
        Action.GROUP_CASES,
        RESPONSE | {Role.SUPERVISOR, Role.HUB},
        _in_sight,
    ),
    Rule(
        "Officers and the hub own cases; supervisors, sergeants and inspectors say who is asked",
        Action.OWN_CASE,
        RESPONSE | {Role.SUPERVISOR, Role.HUB},
        _in_sight,
    ),
    Rule(
        "Supervisors, sergeants and inspectors decide who safeguards, also otherwise than the policy says, and review it",
        Action.ALLOCATE,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Supervisors, sergeants and inspectors see who has how many cases, and what waits",
        Action.VIEW_WORKLOAD,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR),
    ),
    Rule(
        "Supervisors, sergeants and inspectors see what is overdue; the desk, what is overdue about the restricted",
        Action.VIEW_OVERDUE,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR, Role.DESK),
    ),
    Rule(
        "Supervisors, sergeants and inspectors keep the registers of posts, of who is on call and of training",
        Action.KEEP_REGISTERS,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR),
    ),
    Rule(
        "Officers, supervisors and the hub grade the danger of a case",
        Action.GRADE_CASE,
        RESPONSE | {Role.SUPERVISOR, Role.HUB},
        _in_sight,
    ),
    Rule(
        "Officers and supervisors see where to look in on patrol, and visit",
        Action.VISIT,
        RESPONSE | {Role.SUPERVISOR},
        _in_sight,
    ),
    Rule(
        "Response, supervisors, investigators and the hub are in touch with victims, and say what they must be told",
        Action.CONTACT_VICTIM,
        RESPONSE | {Role.SUPERVISOR, Role.HUB, Role.INVESTIGATOR},
        _in_sight,
    ),
    Rule(
        "Response, supervisors and the hub make safety plans with victims, order measures and refer",
        Action.PLAN_SAFETY,
        RESPONSE | {Role.SUPERVISOR, Role.HUB},
        _in_sight,
    ),
    Rule(
        "Supervisors, response, investigators and the hub refer to independent advisers and to a MARAC",
        Action.REFER_TO_PARTNERS,
        RESPONSE | {Role.SUPERVISOR, Role.HUB, Role.INVESTIGATOR},
        _in_sight,
    ),
    Rule(
        "Sergeants and inspectors see why a case was not referred",
        Action.REVIEW_NOT_REFERRED,
        _only(Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Independent advisers work on what was referred to their service, and refer it to a MARAC",
        Action.WORK_REFERRED,
        _only(Role.IDVA),
        _in_sight,
    ),
    Rule(
        "An independent adviser opens a referral while her service has it",
        Action.HOLD_REFERRAL,
        _only(Role.IDVA),
        _granted,
    ),
    Rule("Whoever reads about people reads the support directory", Action.VIEW_DIRECTORY, READERS),
    Rule(
        "The hub, supervisors and the front counter keep the support directory",
        Action.KEEP_DIRECTORY,
        _only(Role.HUB, Role.SUPERVISOR, Role.FRONT_COUNTER),
    ),
    Rule(
        "Response, investigators, the hub, supervisors, registrars and intelligence read an investigation",
        Action.VIEW_INVESTIGATION,
        RESPONSE | {Role.INVESTIGATOR, Role.HUB, Role.SUPERVISOR, Role.REGISTRAR, Role.INTELLIGENCE},
        _in_sight,
    ),
    Rule(
        "Response and investigators investigate: lines of enquiry, suspects to find, routes, statements",
        Action.INVESTIGATE,
        RESPONSE | {Role.INVESTIGATOR},
        _in_sight,
    ),
    Rule(
        "Sergeants and inspectors say who investigates, review it, and see that suspects are looked for",
        Action.SUPERVISE_INVESTIGATION,
        _only(Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Response, supervisors, investigators and the hub order disruption tasks about a suspect",
        Action.ORDER_DISRUPTION,
        RESPONSE | {Role.SUPERVISOR, Role.HUB, Role.INVESTIGATOR},
        _in_sight,
    ),
    Rule(
        "Response, neighbourhood officers among them, do disruption tasks and end them",
        Action.DISRUPT,
        RESPONSE,
        _in_sight,
    ),
    Rule(
        "Sergeants and inspectors supervise neighbourhood work, and say whether a marker is kept",
        Action.SUPERVISE_NEIGHBOURHOOD,
        _only(Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Sergeants, inspectors and the hub say who the primary perpetrator is, and review it",
        Action.DECIDE_PRIMARY,
        _only(Role.SERGEANT, Role.INSPECTOR, Role.HUB),
        _in_sight,
    ),
    Rule(
        "Supervisors, inspectors, the hub and registrars draw files and review them",
        Action.REVIEW_FILES,
        _only(Role.SUPERVISOR, Role.INSPECTOR, Role.HUB, Role.REGISTRAR),
        _in_sight,
    ),
    Rule(
        "The registrar says whether a crime is recorded",
        Action.RECORD_CRIME,
        _only(Role.REGISTRAR),
        _in_sight,
    ),
    Rule(
        "Registrars and supervisors review what was recorded",
        Action.REVIEW_CRIME,
        _only(Role.REGISTRAR, Role.SUPERVISOR),
        _in_sight,
    ),
    Rule(
        "Officers, investigators, supervisors and the hub give crimes their outcomes, and write down what comes from prosecutors, courts and prisons",
        Action.GIVE_OUTCOME,
        RESPONSE | {Role.SUPERVISOR, Role.HUB, Role.INVESTIGATOR},
        _in_sight,
    ),
    Rule(
        "Sergeants and inspectors review outcomes, and decide what a victim asked to have reviewed",
        Action.REVIEW_OUTCOME,
        _only(Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Administrators, supervisors, sergeants and inspectors bring in files of what courts, prosecutors and prisons send",
        Action.IMPORT_RESULTS,
        _only(Role.ADMINISTRATOR, Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR),
    ),
    Rule(
        "The front line and intelligence write down orders, bail and warrants",
        Action.RECORD_FACT,
        FRONT_LINE | {Role.INTELLIGENCE},
        _in_sight,
    ),
    Rule("Administrators bring in orders, bail and warrants", Action.IMPORT_FACTS, _only(Role.ADMINISTRATOR)),
    Rule("Whoever reads about people reads what was said at a contact", Action.VIEW_CONTACT, READERS),
    Rule(
        "Handlers, the front counter and supervisors take contacts and send officers",
        Action.TAKE_CONTACT,
        _only(Role.CALL_HANDLER, Role.FRONT_COUNTER, Role.SUPERVISOR),
    ),
    Rule("The front line reads the brief", Action.READ_BRIEF, FRONT_LINE),
    Rule("The front line asks intelligence", Action.ASK_INTELLIGENCE, FRONT_LINE),
    Rule("Intelligence answers", Action.ANSWER_INTELLIGENCE, _only(Role.INTELLIGENCE)),
    Rule(
        "The front line and intelligence ask that the recording of a call be kept",
        Action.KEEP_RECORDING,
        FRONT_LINE | {Role.INTELLIGENCE},
    ),
    Rule(
        "Intelligence and supervisors say what became of a recording",
        Action.ANSWER_RECORDING,
        _only(Role.INTELLIGENCE, Role.SUPERVISOR),
    ),
    Rule(
        "The restricted-records desk names who reads a confidential system",
        Action.NAME_CONFIDENTIAL,
        _only(Role.DESK),
    ),
    Rule(
        "Supervisors review, sample, sign off and hand over contacts",
        Action.SUPERVISE,
        _only(Role.SUPERVISOR),
    ),
    Rule(
        "The front counter keeps its leaflets and opening hours",
        Action.KEEP_COUNTER,
        _only(Role.FRONT_COUNTER, Role.SUPERVISOR),
    ),
    Rule("Whoever reads about people says when their turn begins and ends", Action.KEEP_TURN, READERS),
    Rule(
        "Response writes down what it finds, asks, gathers and does at the scene",
        Action.ATTEND,
        RESPONSE,
        _in_sight,
    ),
    Rule(
        "Whoever reads about people reads what was found at the scene", Action.VIEW_SCENE, READERS, _in_sight
    ),
    Rule(
        "Response and the hub decide what is done for each child",
        Action.DECIDE_CHILD,
        RESPONSE | {Role.HUB},
        _in_sight,
    ),
    Rule(
        "The front line adds to an account, or asks its author to correct it",
        Action.AMEND_ACCOUNT,
        FRONT_LINE,
        _in_sight,
    ),
    Rule(
        "Response, the front counter and the hub assess risk with the victim",
        Action.ASSESS_RISK,
        RESPONSE | {Role.FRONT_COUNTER, Role.HUB},
        _in_sight,
    ),
    Rule("Whoever reads about people reads how risk was assessed", Action.VIEW_RISK, READERS, _in_sight),
    Rule(
        "Sergeants and inspectors check assessments",
        Action.CHECK_RISK,
        _only(Role.SERGEANT, Role.INSPECTOR),
        _in_sight,
    ),
    Rule(
        "Inspectors check assessments of high risk",
        Action.CHECK_HIGH_RISK,
        _only(Role.INSPECTOR),
        _in_sight,
    ),
    Rule("The hub reviews every pair again", Action.REVIEW_RISK, _only(Role.HUB), _in_sight),
    Rule(
        "Sergeants and inspectors see what their turn has open",
        Action.SUPERVISE_TEAM,
        _only(Role.SERGEANT, Role.INSPECTOR),
    ),
    Rule(
        "Whoever answers for a turn or a queue hands it over by name",
        Action.HAND_OVER,
        _only(Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR, Role.HUB),
    ),
    Rule(
        "The front line takes the pages of those in its sight along, and sends what it wrote without signal",
        Action.WORK_OFFLINE,
        FRONT_LINE,
        _in_sight,
    ),
    Rule(
        "Analysts and supervisors read the figures",
        Action.VIEW_MEASURES,
        _only(Role.ANALYST, Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR, Role.HUB),
    ),
    Rule(
        "Analysts, supervisors and inspectors explain a figure in their own name",
        Action.EXPLAIN_FIGURE,
        _only(Role.ANALYST, Role.SUPERVISOR, Role.INSPECTOR),
    ),
    Rule(
        "Analysts make the force's data return, of all its records and of nobody",
        Action.BUILD_RETURN,
        _only(Role.ANALYST),
    ),
    Rule("Auditors read the log of looks and changes", Action.READ_AUDIT, _only(Role.AUDITOR)),
    Rule(
        "Administrators of the national site read who did what there",
        Action.READ_NATIONAL_LOG,
        _only(Role.ADMINISTRATOR),
    ),
    Rule("Administrators have a site close under a new key", Action.ROTATE_KEYS, _only(Role.ADMINISTRATOR)),
    Rule("Administrators make and close accounts", Action.MANAGE_ACCOUNTS, _only(Role.ADMINISTRATOR)),
    Rule(
        "Force contacts, commissioners and statisticians see which rounds there are",
        Action.VIEW_ROUNDS,
        _only(Role.FORCE_CONTACT, Role.COMMISSIONER, Role.STATISTICIAN),
    ),
    Rule("Statisticians read every return", Action.VIEW_RETURN, _only(Role.STATISTICIAN)),
    Rule(
        "Force contacts and commissioners read the return of their own force",
        Action.VIEW_RETURN,
        _only(Role.FORCE_CONTACT, Role.COMMISSIONER),
        _of_that_force,
    ),
    Rule(
        "A force contact sends the return of her own force",
        Action.SEND_RETURN,
        _only(Role.FORCE_CONTACT),
        _of_that_force,
    ),
    Rule(
        "A force contact answers what is asked of her own force",
        Action.ANSWER_QUERY,
        _only(Role.FORCE_CONTACT),
        _of_that_force,
    ),
    Rule(
        "A force contact signs the figures of her own force",
        Action.SIGN_RETURN,
        _only(Role.FORCE_CONTACT),
        _of_that_force,
    ),
    Rule(
        "Statisticians ask about returns, accept an answer or ask again",
        Action.VERIFY_RETURN,
        _only(Role.STATISTICIAN),
    ),
    Rule(
        "Statisticians open rounds, announce releases and take what is signed",
        Action.RUN_ROUND,
        _only(Role.STATISTICIAN),
    ),
    Rule(
        "Statisticians remove a file that a force sent by mistake",
        Action.REMOVE_FILE,
        _only(Role.STATISTICIAN),
    ),
)

EXCLUSION = "Nobody touches the record of a matter that they are party to"
NO_RULE = "No rule allows it"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and the sentence that says so."""

    allowed: bool
    because: str


def decide(actor: Actor, action: Action, subject: Subject = NOTHING) -> Decision:
    """Say whether ``actor`` may do ``action`` to ``subject``; what no rule allows is refused.

    Being party to the matter overrides every grant (report recommendation 4; the 2022 police-perpetrated
    domestic abuse super-complaint).
    """
    if Relation.EXCLUDED in subject.relations:
        return Decision(False, EXCLUSION)
    for rule in RULES:
        if rule.action == action and actor.role in rule.roles and rule.when(actor, subject):
            return Decision(True, rule.sentence)
    return Decision(False, NO_RULE)


def may(actor: Actor, action: Action, subject: Subject = NOTHING) -> bool:
    """`decide` for a menu or a button: is it allowed?"""
    return decide(actor, action, subject).allowed


class Refused(Exception):
    """The actor may not do this. Carries the sentence and the record's id, never who it was about."""

    def __init__(self, because: str, record_id: UUID | None = None) -> None:
        super().__init__(because)
        self.record_id = record_id


def insist(actor: Actor, action: Action, subject: Subject = NOTHING, record_id: UUID | None = None) -> None:
    """Raise :class:`Refused` where `decide` refuses."""
    decision = decide(actor, action, subject)
    if not decision.allowed:
        raise Refused(decision.because, record_id)
