"""Who signs in to the demonstration: one account for each role, a member of staff who is a party, and a second
registrar, sergeant and investigator, since nobody reviews their own judgement and a turn is handed to somebody else. Two
are advisers of a partner agency, who see what was referred to them and nothing else.

All are invented, as is their force. User names are those of the roles, so that nobody has to look them up.
"""

from dataclasses import dataclass

from throughline.foundations.access.rules import Role

AGENCY = "Quarnshire Police (invented)"
PARTNER = "Quarnshire Independent Advice (invented)"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """An account of the demonstration. `story` is the key of the story that is about this very person."""

    username: str
    name: str
    role: Role
    team: str
    story: str = ""
    agency: str = AGENCY


STAFF = (
    StaffMember(
        username="call-handler", name="Dawn Ormerod", role=Role.CALL_HANDLER, team="Control room, late turn"
    ),
    StaffMember(
        username="front-counter", name="Imran Sadiq", role=Role.FRONT_COUNTER, team="Quarnley front counter"
    ),
    StaffMember(
        username="control-room-supervisor",
        name="Helen Birtwistle",
        role=Role.SUPERVISOR,
        team="Control room, late turn",
    ),
    StaffMember(
        username="response-officer", name="Owain Prosser", role=Role.OFFICER, team="Quarnley response, C team"
    ),
    StaffMember(
        username="response-sergeant", name="Sunita Rao", role=Role.SERGEANT, team="Quarnley response, C team"
    ),
    StaffMember(
        username="duty-inspector", name="Alun Beddoe", role=Role.INSPECTOR, team="Quarnley response, C team"
    ),
    StaffMember(username="hub-reviewer", name="Grace Okafor", role=Role.HUB, team="Safeguarding hub"),
    StaffMember(
        username="investigator",
        name="Catrin Lloyd",
        role=Role.INVESTIGATOR,
        team="Domestic abuse investigation",
    ),
    StaffMember(
        username="restricted-records-desk",
        name="Yetunde Bello",
        role=Role.DESK,
        team="Restricted-records desk",
    ),
    StaffMember(
        username="intelligence-desk", name="Noor Haddad", role=Role.INTELLIGENCE, team="Intelligence desk"
    ),
    StaffMember(username="crime-registrar", name="Bronwen Pugh", role=Role.REGISTRAR, team="Crime registry"),
    StaffMember(
        username="idva", name="Marta Szabo", role=Role.IDVA, team="Independent advisers", agency=PARTNER
    ),
    StaffMember(username="analyst", name="Piotr Zawada", role=Role.ANALYST, team="Performance and insight"),
    StaffMember(
        username="administrator", name="Gail Entwistle", role=Role.ADMINISTRATOR, team="Records and systems"
    ),
    StaffMember(username="auditor", name="Marcus Adeyemi", role=Role.AUDITOR, team="Professional standards"),
    # the demonstration's buttons offer the first account of each role, and user names decide which is first
    StaffMember(
        username="response-officer-2",
        name="Rachel Denholm",
        role=Role.OFFICER,
        team="Quarnley response, C team",
        story="restricted",
    ),
    StaffMember(
        username="response-sergeant-2",
        name="Gethin Mayhew",
        role=Role.SERGEANT,
        team="Quarnley response, C team",
    ),
    StaffMember(
        username="idva-2", name="Joy Adebayo", role=Role.IDVA, team="Independent advisers", agency=PARTNER
    ),
    StaffMember(
        username="investigator-2",
        name="Devon Ashcroft",
        role=Role.INVESTIGATOR,
        team="Domestic abuse investigation",
    ),
    StaffMember(username="crime-registrar-2", name="Aled Nkosi", role=Role.REGISTRAR, team="Crime registry"),
)
