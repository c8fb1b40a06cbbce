"""Where the bar at the top of every page leads, and which of it a given reader sees."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.rules import Action, Actor, may
from throughline.website.entries import Entry, marked

#: In the order in which they are shown.
ENTRIES: list[Entry] = [
    Entry(_("Calls"), "contact:calls", Action.VIEW_CONTACT),
    Entry(_("What must happen next"), "overview:home", Action.VIEW_DUTIES),
    Entry(_("The scene"), "scene:home", Action.ATTEND),
    Entry(_("Supervision"), "contact:supervision", Action.SUPERVISE),
    Entry(_("Your turn’s work"), "overview:turns-work", Action.SUPERVISE_TEAM),
    Entry(_("What is overdue"), "overview:overdue", Action.VIEW_OVERDUE, seldom=True),
    Entry(_("Assessments to check"), "risk:checks", Action.SUPERVISE_TEAM),
    Entry(_("Workload"), "safeguarding:workload", Action.VIEW_WORKLOAD, seldom=True),
    Entry(_("Referred to your service"), "partnership:inbox", Action.WORK_REFERRED),
    Entry(_("Investigations"), "investigation:waiting", Action.SUPERVISE_INVESTIGATION, seldom=True),
    Entry(_("Suspects to be found"), "investigation:suspects", Action.SUPERVISE_INVESTIGATION, seldom=True),
    Entry(
        _("What worked without her evidence"), "investigation:learnt", Action.VIEW_INVESTIGATION, seldom=True
    ),
    Entry(_("Hub queue"), "risk:hub", Action.REVIEW_RISK),
    Entry(_("Said of your assessments"), "risk:said", Action.ASSESS_RISK),
    Entry(_("Front counters"), "contact:counters", Action.KEEP_COUNTER),
    Entry(_("Your turn"), "contact:turn", Action.KEEP_TURN),
    Entry(_("Intelligence"), "contact:intelligence", Action.ANSWER_INTELLIGENCE),
    Entry(_("Recordings"), "contact:recordings", Action.KEEP_RECORDING),
    Entry(_("Search for a person"), "people:search", Action.SEARCH_PEOPLE),
    Entry(_("Records that may be one person"), "people:pairs", Action.MERGE, seldom=True),
    Entry(_("Stuck on a phone"), "offline:stuck", Action.SUPERVISE_TEAM, seldom=True),
    Entry(_("Orders, bail and warrants"), "cases:facts", Action.VIEW_CASE, seldom=True),
    Entry(_("Safety measures"), "safeguarding:measures", Action.PLAN_SAFETY, seldom=True),
    Entry(_("Support directory"), "safeguarding:directory", Action.VIEW_DIRECTORY, seldom=True),
    Entry(_("Courts and releases to come"), "outcome:coming", Action.GIVE_OUTCOME, seldom=True),
    Entry(_("Results of courts"), "outcome:upload", Action.IMPORT_RESULTS, seldom=True),
    Entry(_("On patrol"), "cases:patrol", Action.VISIT),
    Entry(_("Visits that are open today"), "neighbourhood:today", Action.VISIT, seldom=True),
    Entry(_("Disruption tasks"), "neighbourhood:tasks", Action.DISRUPT, seldom=True),
    Entry(
        _("Supervision of the neighbourhood team"),
        "neighbourhood:supervision",
        Action.SUPERVISE_NEIGHBOURHOOD,
        seldom=True,
    ),
    Entry(_("Markers that lapse"), "neighbourhood:markers", Action.SUPERVISE_NEIGHBOURHOOD, seldom=True),
    Entry(_("Crime recording"), "cases:waiting", Action.RECORD_CRIME),
    Entry(_("File review"), "cases:draws", Action.REVIEW_FILES, seldom=True),
    Entry(_("Figures"), "figures:figures", Action.VIEW_MEASURES),
    Entry(_("Regrades"), "risk:monitor", Action.VIEW_MEASURES, seldom=True),
    Entry(_("Who looked at what"), "overview:looks", Action.READ_AUDIT),
    Entry(_("Accounts"), "manage_accounts", Action.MANAGE_ACCOUNTS),
    Entry(_("Imports"), "overview:imports", Action.IMPORT_PEOPLE),
    Entry(_("Confidential systems"), "contact:named", Action.NAME_CONFIDENTIAL, seldom=True),
    Entry(_("Reference lists"), "overview:reference", Action.READ_REFERENCE, seldom=True),
    Entry(_("Your account"), "own_account", Action.CHANGE_OWN_ACCOUNT, seldom=True),
]

# so many stand in the bar, whatever they are
_FITS = 8

#: Where the page of a person leads, of rooms that the room of people cannot know. Their views take the record.
FROM_A_PERSON: list[Entry] = [
    Entry(_("Cases, incidents, orders and bail"), "cases:of", Action.VIEW_CASE),
]

#: Where the page of a case leads, of rooms that the room of cases cannot know. Their views take the case.
FROM_A_CASE: list[Entry] = [
    Entry(_("The whole case on one page"), "overview:case", Action.VIEW_CASE),
    Entry(_("Risk: assessments, grades and checks"), "risk:case", Action.VIEW_RISK),
    Entry(_("Assess the risk with her"), "risk:assess", Action.ASSESS_RISK),
    Entry(_("Grade the danger"), "risk:grade", Action.GRADE_CASE),
    Entry(_("Safety plan"), "safeguarding:plan", Action.VIEW_CASE),
    Entry(_("Who safeguards her, and handing over"), "safeguarding:serving", Action.VIEW_CASE),
    Entry(_("Her adviser, and MARAC"), "partnership:partners", Action.VIEW_CASE),
    Entry(_("Investigation"), "investigation:case", Action.VIEW_INVESTIGATION),
    Entry(_("Outcomes, courts and reviews"), "outcome:case", Action.VIEW_CASE),
    Entry(_("Neighbourhood team"), "neighbourhood:case", Action.VIEW_CASE),
]

#: Where the page of a case that is closed still leads.
FROM_A_CLOSED_CASE: list[Entry] = [
    Entry(_("The whole case on one page"), "overview:case", Action.VIEW_CASE),
    Entry(_("Outcomes, courts and reviews"), "outcome:case", Action.VIEW_CASE),
]

#: The page that shows a case whole, for the links of rooms that cannot know the room of that page.
CASE = "overview:case"


def case_page(case_id: UUID) -> str:
    """The address of the page that shows a case whole."""
    return reverse(CASE, args=[case_id])


def from_a_case(case_id: UUID, allowed: Collection[Action], *, closed: bool = False) -> list[tuple[str, str]]:
    """The addresses and labels of what else can be done about a case, for who is allowed these actions."""
    leads = FROM_A_CLOSED_CASE if closed else FROM_A_CASE
    return _leading(leads, case_id, lambda action: action in allowed)


#: Where the brief of an incident leads whoever attends. Their views take the incident.
FROM_A_BRIEF: list[Entry] = [
    Entry(_("At the scene"), "scene:begin", Action.ATTEND),
    Entry(_("Assess the risk with her"), "risk:of-incident", Action.ASSESS_RISK),
]

#: Where an officer's visit leads, for each case of the incident. Their views take the case.
FROM_A_VISIT: list[Entry] = [
    Entry(_("Assess the risk with her"), "risk:assess", Action.ASSESS_RISK),
    Entry(_("Grade the danger"), "risk:grade", Action.GRADE_CASE),
    Entry(_("Tell her the result"), "risk:tell-her", Action.GRADE_CASE),
    Entry(_("A safety plan with her"), "safeguarding:make-plan", Action.PLAN_SAFETY),
]

#: Where an incident leads, of rooms that the room of cases cannot know. Their views take the incident.
FROM_AN_INCIDENT: list[Entry] = [
    Entry(_("What was found at the scene"), "scene:read", Action.VIEW_SCENE),
    Entry(_("Assess the risk with her"), "risk:of-incident", Action.ASSESS_RISK),
]


def from_a_person(record_id: UUID, allowed: Collection[Action]) -> list[tuple[str, str]]:
    """The addresses and labels of what else is known of a person, for who is allowed these actions."""
    return _leading(FROM_A_PERSON, record_id, lambda action: action in allowed)


def from_a_brief(incident_id: UUID, actor: Actor) -> list[tuple[str, str]]:
    """Where whoever reads the brief of an incident goes on from it."""
    return _leading(FROM_A_BRIEF, incident_id, lambda action: may(actor, action))


def from_a_visit(case_id: UUID, actor: Actor) -> list[tuple[str, str]]:
    """Where an officer at the scene goes on about one case of it."""
    return _leading(FROM_A_VISIT, case_id, lambda action: may(actor, action))


def from_an_incident(incident_id: UUID, actor: Actor) -> list[tuple[str, str]]:
    """Where whoever reads of an incident goes on from it."""
    return _leading(FROM_AN_INCIDENT, incident_id, lambda action: may(actor, action))


def _leading(
    entries: Iterable[Entry], row_id: UUID, allowed: Callable[[Action], bool]
) -> list[tuple[str, str]]:
    return [
        (reverse(entry.view, args=[row_id]), str(entry.label)) for entry in entries if allowed(entry.action)
    ]


def links(actor: Actor, path: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The entries that ``actor`` may follow, of the service navigation and of the foot; that of ``path`` is marked.

    Only the page itself is ``current``; a page below it makes its entry ``active``.
    """
    open_to = [entry for entry in ENTRIES if may(actor, entry.action)]
    found = marked(open_to, path)
    if len(open_to) <= _FITS:
        return found, []
    bar = [link for entry, link in zip(open_to, found, strict=True) if not entry.seldom]
    return bar, [link for entry, link in zip(open_to, found, strict=True) if entry.seldom]
