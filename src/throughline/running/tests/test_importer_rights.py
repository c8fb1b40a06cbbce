"""What the login that brings people in may do, as the database's own catalogue says."""

import pytest

from throughline.running.logins import IMPORTER

FILLS = {"SELECT", "INSERT", "MAINTAIN"}
AMENDS = {"SELECT", "INSERT", "UPDATE", "MAINTAIN"}
MAY = {
    "access_grant": {"SELECT"},
    "accounts_user": {"SELECT"},
    "audit_event": {"SELECT", "INSERT"},
    "cases_standingfact": AMENDS,
    "chronology_entry": FILLS,
    "django_migrations": {"SELECT"},
    "people_address": AMENDS,
    "people_features": AMENDS,
    "people_household": FILLS,
    "people_identity": FILLS,
    "people_identitylink": FILLS,
    "people_importrun": {"SELECT", "INSERT", "UPDATE"},
    "people_key": {"SELECT", "INSERT", "DELETE", "MAINTAIN"},
    "people_marker": AMENDS,
    "people_member": AMENDS,
    "people_name": AMENDS,
    "people_phone": AMENDS,
    "people_record": AMENDS,
    "people_relationship": {"SELECT"},
    "people_safecontact": {"SELECT", "UPDATE"},
    "people_sourcerow": AMENDS,
    "people_staging": {"SELECT", "INSERT", "UPDATE", "DELETE"},
}


@pytest.mark.django_db(transaction=True)
def test_the_importer_may_do_what_an_import_needs_and_nothing_else(owner_connection):
    given: dict[str, set[str]] = {}
    for table, right in owner_connection.execute(
        "select relname, privilege_type from pg_class, aclexplode(relacl)"
        " where relkind in ('r', 'p', 'v', 'm') and grantee = %s::regrole",
        [IMPORTER],
    ):
        given.setdefault(table, set()).add(right)
    assert given == MAY
