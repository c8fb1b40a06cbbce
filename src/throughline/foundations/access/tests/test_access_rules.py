"""Every rule, walked as every role, in every relation, restricted or not."""

from itertools import product
from uuid import uuid4

import pytest

from throughline.foundations.access.rules import (
    EXCLUSION,
    FRONT_LINE,
    NO_RULE,
    READERS,
    RESPONSE,
    RULES,
    Action,
    Actor,
    Refused,
    Relation,
    Role,
    Subject,
    decide,
    insist,
    may,
    system,
)

OPEN = Subject()
RESTRICTED = Subject(restricted=True)

LINE = set(FRONT_LINE)
READS = set(READERS)
LEADS = {Role.SUPERVISOR, Role.DESK}
DESK = {Role.DESK}
NOBODY: set[Role] = set()
ACCOUNTS = set(Role) - {Role.SYSTEM}
ADMINISTRATOR, AUDITOR = {Role.ADMINISTRATOR}, {Role.AUDITOR}
ATTEND, HUB, SERGEANTS = set(RESPONSE), {Role.HUB}, {Role.SERGEANT, Role.INSPECTOR}
IDVA = {Role.IDVA}
CONTACT, OFFICE, STATISTICIAN = {Role.FORCE_CONTACT}, {Role.COMMISSIONER}, {Role.STATISTICIAN}
SUPERVISOR, REGISTRAR, INTELLIGENCE = {Role.SUPERVISOR}, {Role.REGISTRAR}, {Role.INTELLIGENCE}


def everywhere(roles: set[Role]) -> tuple[set[Role], set[Role], set[Role], set[Role]]:
    """What is not about one record is asked of the role alone."""
    return roles, roles, roles, roles


def in_sight(roles: set[Role]) -> tuple[set[Role], set[Role], set[Role], set[Role]]:
    """What is about a record is refused about a restricted one, unless the role is the desk or sees it."""
    return roles, roles & DESK, roles, roles & DESK


# who may, about: an open record; a restricted one; a restricted one with sight granted or glass broken;
# a restricted one for whose refuge address the account is named
EXPECTED: dict[Action, tuple[set[Role], set[Role], set[Role], set[Role]]] = {
    Action.SIGN_IN: (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS),
    Action.HOME: (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS),
    Action.READ_REFERENCE: (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS),
    Action.CHANGE_OWN_ACCOUNT: (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS),
    Action.KEEP_DRAFT: (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS),
    Action.SEARCH_PEOPLE: (READS, READS, READS, READS),
    Action.VIEW_PERSON: (READS, DESK, READS, DESK),
    Action.ADD_PERSON: (LINE, LINE, LINE, LINE),
    Action.CORRECT_PERSON: (LINE, DESK, LINE, DESK),
    Action.CHANGE_CONTACT: (LINE, DESK, LINE, DESK),
    Action.RECORD_SAFE_CONTACT: (LINE, DESK, LINE, DESK),
    Action.RECORD_RELATIONSHIP: (LINE, DESK, LINE, DESK),
    Action.SET_MARKER: (LINE, DESK, LINE, DESK),
    Action.DECIDE_MATCH: (LINE, DESK, LINE, DESK),
    Action.MERGE: in_sight(LEADS | INTELLIGENCE),
    Action.PART: in_sight(LEADS | INTELLIGENCE),
    Action.RESTRICT: (LEADS, DESK, LEADS, DESK),
    Action.LIFT_RESTRICTION: (NOBODY, DESK, DESK, DESK),
    Action.GRANT_SIGHT: (NOBODY, DESK, DESK, DESK),
    Action.BREAK_GLASS: (NOBODY, *[SUPERVISOR | ATTEND | HUB] * 3),
    Action.REVIEW_BREAK_GLASS: (DESK, DESK, DESK, DESK),
    Action.VIEW_REFUGE: (NOBODY, NOBODY, NOBODY, LINE),
    Action.RECORD_REFUGE: (DESK, DESK, DESK, DESK),
    Action.RECOGNISE_STAFF: (LEADS, DESK, LEADS, DESK),
    Action.VIEW_LOOKERS: (LEADS, DESK, LEADS, DESK),
    Action.REVIEW_RETENTION: (LEADS, DESK, LEADS, DESK),
    Action.ERASE: (DESK, DESK, DESK, DESK),
    Action.IMPORT_PEOPLE: (ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    Action.EXTRACT_PEOPLE: everywhere(INTELLIGENCE | DESK),
    Action.VIEW_DUTIES: everywhere(READS | AUDITOR),
    Action.DISCHARGE_DUTY: everywhere(READS | AUDITOR),
    Action.VIEW_CASE: (READS, DESK, READS, DESK),
    Action.RECORD_INCIDENT: (LINE, DESK, LINE, DESK),
    Action.CLOSE_CASE: in_sight(SUPERVISOR | SERGEANTS),
    Action.GROUP_CASES: in_sight(SUPERVISOR | ATTEND | HUB),
    Action.OWN_CASE: in_sight(SUPERVISOR | ATTEND | HUB),
    Action.ALLOCATE: in_sight(SUPERVISOR | SERGEANTS),
    Action.VIEW_WORKLOAD: everywhere(SUPERVISOR | SERGEANTS),
    Action.VIEW_OVERDUE: everywhere(SUPERVISOR | SERGEANTS | DESK),
    Action.KEEP_REGISTERS: everywhere(SUPERVISOR | SERGEANTS),
    Action.GRADE_CASE: in_sight(SUPERVISOR | ATTEND | HUB),
    Action.VISIT: in_sight(SUPERVISOR | ATTEND),
    Action.CONTACT_VICTIM: in_sight(SUPERVISOR | ATTEND | HUB | {Role.INVESTIGATOR}),
    Action.PLAN_SAFETY: in_sight(SUPERVISOR | ATTEND | HUB),
    Action.REFER_TO_PARTNERS: in_sight(SUPERVISOR | ATTEND | HUB | {Role.INVESTIGATOR}),
    Action.REVIEW_NOT_REFERRED: in_sight(SERGEANTS),
    Action.WORK_REFERRED: (IDVA, NOBODY, IDVA, NOBODY),
    Action.HOLD_REFERRAL: (NOBODY, NOBODY, IDVA, NOBODY),
    Action.VIEW_DIRECTORY: everywhere(READS),
    Action.KEEP_DIRECTORY: everywhere(SUPERVISOR | HUB | {Role.FRONT_COUNTER}),
    Action.VIEW_INVESTIGATION: in_sight(
        SUPERVISOR | ATTEND | HUB | REGISTRAR | INTELLIGENCE | {Role.INVESTIGATOR}
    ),
    Action.INVESTIGATE: in_sight(ATTEND | {Role.INVESTIGATOR}),
    Action.SUPERVISE_INVESTIGATION: in_sight(SERGEANTS),
    Action.DECIDE_PRIMARY: in_sight(SERGEANTS | HUB),
    Action.REVIEW_FILES: in_sight(SUPERVISOR | REGISTRAR | HUB | {Role.INSPECTOR}),
    Action.RECORD_CRIME: (REGISTRAR, NOBODY, REGISTRAR, NOBODY),
    Action.REVIEW_CRIME: (REGISTRAR | SUPERVISOR, NOBODY, REGISTRAR | SUPERVISOR, NOBODY),
    Action.ORDER_DISRUPTION: in_sight(SUPERVISOR | ATTEND | HUB | {Role.INVESTIGATOR}),
    Action.DISRUPT: in_sight(ATTEND),
    Action.SUPERVISE_NEIGHBOURHOOD: in_sight(SERGEANTS),
    Action.GIVE_OUTCOME: in_sight(SUPERVISOR | ATTEND | HUB | {Role.INVESTIGATOR}),
    Action.REVIEW_OUTCOME: in_sight(SERGEANTS),
    Action.IMPORT_RESULTS: everywhere(SUPERVISOR | SERGEANTS | ADMINISTRATOR),
    Action.RECORD_FACT: (LINE | INTELLIGENCE, DESK, LINE | INTELLIGENCE, DESK),
    Action.IMPORT_FACTS: everywhere(ADMINISTRATOR),
    Action.VIEW_CONTACT: everywhere(READS),
    Action.TAKE_CONTACT: everywhere({Role.CALL_HANDLER, Role.FRONT_COUNTER, Role.SUPERVISOR}),
    Action.READ_BRIEF: everywhere(LINE),
    Action.ASK_INTELLIGENCE: everywhere(LINE),
    Action.ANSWER_INTELLIGENCE: everywhere(INTELLIGENCE),
    Action.NAME_CONFIDENTIAL: everywhere(DESK),
    Action.KEEP_RECORDING: everywhere(LINE | INTELLIGENCE),
    Action.ANSWER_RECORDING: everywhere(INTELLIGENCE | SUPERVISOR),
    Action.SUPERVISE: everywhere(SUPERVISOR),
    Action.KEEP_COUNTER: everywhere({Role.FRONT_COUNTER, Role.SUPERVISOR}),
    Action.KEEP_TURN: everywhere(READS),
    Action.ATTEND: in_sight(ATTEND),
    Action.VIEW_SCENE: in_sight(READS),
    Action.DECIDE_CHILD: in_sight(ATTEND | HUB),
    Action.AMEND_ACCOUNT: in_sight(LINE),
    Action.ASSESS_RISK: in_sight(ATTEND | HUB | {Role.FRONT_COUNTER}),
    Action.VIEW_RISK: in_sight(READS),
    Action.CHECK_RISK: in_sight(SERGEANTS),
    Action.CHECK_HIGH_RISK: in_sight({Role.INSPECTOR}),
    Action.REVIEW_RISK: in_sight(HUB),
    Action.SUPERVISE_TEAM: everywhere(SERGEANTS),
    Action.HAND_OVER: everywhere(SUPERVISOR | SERGEANTS | HUB),
    Action.WORK_OFFLINE: in_sight(LINE),
    Action.VIEW_MEASURES: everywhere({Role.ANALYST} | SUPERVISOR | SERGEANTS | HUB),
    Action.EXPLAIN_FIGURE: everywhere({Role.ANALYST, Role.INSPECTOR} | SUPERVISOR),
    Action.BUILD_RETURN: everywhere({Role.ANALYST}),
    Action.READ_AUDIT: (AUDITOR, AUDITOR, AUDITOR, AUDITOR),
    Action.READ_NATIONAL_LOG: (ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    Action.ROTATE_KEYS: everywhere(ADMINISTRATOR),
    Action.MANAGE_ACCOUNTS: (ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    Action.VIEW_ROUNDS: everywhere(CONTACT | OFFICE | STATISTICIAN),
    # a force's accounts, of their own force alone: `test_a_force_returns_for_itself`
    Action.VIEW_RETURN: everywhere(STATISTICIAN),
    Action.SEND_RETURN: everywhere(NOBODY),
    Action.ANSWER_QUERY: everywhere(NOBODY),
    Action.SIGN_RETURN: everywhere(NOBODY),
    Action.VERIFY_RETURN: everywhere(STATISTICIAN),
    Action.RUN_ROUND: everywhere(STATISTICIAN),
    Action.REMOVE_FILE: everywhere(STATISTICIAN),
}

SUBJECTS = {
    "open": [OPEN],
    "restricted": [RESTRICTED],
    "granted": [
        Subject(True, frozenset({Relation.GRANTED})),
        Subject(True, frozenset({Relation.BROKE_GLASS})),
    ],
    "refuge": [Subject(True, frozenset({Relation.REFUGE}))],
}


def as_role(role: Role) -> Actor:
    return Actor(uuid4(), role)


def test_every_action_is_expected_of_somebody() -> None:
    assert set(EXPECTED) == set(Action)
    assert {rule.action for rule in RULES} == set(Action)


@pytest.mark.parametrize(
    ("action", "role"),
    list(product(Action, Role)),
    ids=lambda value: str(value),
)
def test_who_may(action: Action, role: Role) -> None:
    for subjects, expected in zip(SUBJECTS.values(), EXPECTED[action], strict=True):
        for subject in subjects:
            assert may(as_role(role), action, subject) == (role in expected), subject


@pytest.mark.parametrize("role", Role)
def test_a_force_returns_for_itself(role: Role) -> None:
    own = Subject(relations=frozenset({Relation.OF_FORCE}))
    for action in (Action.SEND_RETURN, Action.ANSWER_QUERY, Action.SIGN_RETURN):
        assert may(as_role(role), action, own) == (role in CONTACT)
    assert may(as_role(role), Action.VIEW_RETURN, own) == (role in CONTACT | OFFICE | STATISTICIAN)
    # being of a force opens nothing else
    for action in set(Action) - {
        Action.SEND_RETURN,
        Action.ANSWER_QUERY,
        Action.SIGN_RETURN,
        Action.VIEW_RETURN,
    }:
        assert may(as_role(role), action, own) == may(as_role(role), action, OPEN)


@pytest.mark.parametrize(("action", "role"), list(product(Action, Role)))
def test_a_party_to_the_matter_may_nothing_whatever_else_was_granted(action: Action, role: Role) -> None:
    for others in ([], [Relation.GRANTED], [Relation.BROKE_GLASS, Relation.REFUGE], list(Relation)):
        for restricted in (True, False):
            subject = Subject(restricted, frozenset({Relation.EXCLUDED, *others}))
            assert decide(as_role(role), action, subject).because == EXCLUSION


def test_sentences_tell_rules_apart() -> None:
    sentences = [rule.sentence for rule in RULES]
    assert len(set(sentences)) == len(sentences)
    assert 30 <= len(RULES) <= 110


def test_the_system_has_no_rule_of_its_own() -> None:
    assert all(decide(system("sealer"), action).because == NO_RULE for action in Action)
    assert system("sealer") == system("sealer") != system("importer")


def test_a_refusal_names_the_record_by_id_only() -> None:
    record_id = uuid4()
    with pytest.raises(Refused) as refusal:
        insist(as_role(Role.ANALYST), Action.VIEW_PERSON, OPEN, record_id)
    assert refusal.value.record_id == record_id
    assert str(refusal.value) == NO_RULE
