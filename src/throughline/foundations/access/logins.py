"""What each database login may do with each table: nothing, unless it is said here.

The logins themselves are made by `throughline.running.logins`; none is superuser, owner or BYPASSRLS.
"""

from typing import Final

READ, ADD, CHANGE, REMOVE = "select", "insert", "update", "delete"
# ANALYZE: what a large import or the invented past fills, the planner must be told of
MAINTAIN = "maintain"
EVERYTHING: Final = (READ, ADD, CHANGE, REMOVE)

WEB, WORKER = "throughline_web", "throughline_worker"
IMPORTER, AUDITOR = "throughline_importer", "throughline_auditor"

_BYTES: Final = f"{CHANGE} (content, removed_at, removed_under, removed_why)"
_QUOTES: Final = f"{CHANGE} (problems)"

# tables where a login may do less than it may with the rest
LESS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "audit_event": {WEB: (READ, ADD), WORKER: (READ, ADD), AUDITOR: (READ,)},
    "audit_seal": {WEB: (READ,), WORKER: (READ, ADD), AUDITOR: (READ,)},
    "access_grant": {WEB: (READ, ADD, CHANGE), WORKER: (READ, ADD, CHANGE)},
    "django_migrations": {WEB: (READ,), WORKER: (READ,), AUDITOR: (READ,)},
    # the index of people is brought in through here alone
    "people_staging": {},
    # what forces sent, what was said and what was signed: added to, and never changed
    **{
        f"collection_{table}": {WEB: (READ, ADD), WORKER: (READ, ADD)}
        for table in (
            *("force", "seat", "round", "release", "receipt", "receivedfile", "version", "question", "said"),
            *("signature", "taking", "taken"),
        )
    },
    # but for the bytes of a file, and what its faults quote of it, once its time is over
    "collection_receivedfile": {WEB: (READ, ADD, _BYTES), WORKER: (READ, ADD, _BYTES)},
    "collection_receipt": {WEB: (READ, ADD, _QUOTES), WORKER: (READ, ADD, _QUOTES)},
}
_FILLS = (READ, ADD, MAINTAIN)
_FILLS_AND_AMENDS = (READ, ADD, CHANGE, MAINTAIN)
# all that bringing in an index of people needs; every other table is closed to its login
IMPORTS: Final[dict[str, tuple[str, ...]]] = {
    "people_staging": EVERYTHING,
    "people_importrun": (READ, ADD, CHANGE),
    "people_record": _FILLS_AND_AMENDS,
    "people_identity": _FILLS,
    "people_identitylink": _FILLS,
    "people_name": _FILLS_AND_AMENDS,
    "people_phone": _FILLS_AND_AMENDS,
    "people_address": _FILLS_AND_AMENDS,
    "people_household": _FILLS,
    "people_member": _FILLS_AND_AMENDS,
    "people_marker": _FILLS_AND_AMENDS,
    "people_features": _FILLS_AND_AMENDS,
    "people_key": (READ, ADD, REMOVE, MAINTAIN),
    "people_sourcerow": _FILLS_AND_AMENDS,
    # partners are among what somebody is recognised by
    "people_relationship": (READ,),
    # a new number or address voids what was said about the old
    "people_safecontact": (READ, CHANGE),
    # orders, bail and warrants, which name nobody but records
    "cases_standingfact": _FILLS_AND_AMENDS,
    "chronology_entry": _FILLS,
    "audit_event": (READ, ADD),
    "access_grant": (READ,),
    # in whose name it is done
    "accounts_user": (READ,),
    "django_migrations": (READ,),
}


def rights_sql(tables: list[str], views: list[str]) -> list[str]:
    """The statements that give the logins exactly what is said above; safe to run again.

    Views show their reader no more than the tables beneath.
    """
    statements = [f'grant select on "{view}" to {login}' for view in sorted(views) for login in (WEB, WORKER)]
    for table in sorted(tables):
        for login in (WEB, WORKER, IMPORTER, AUDITOR):
            statements.append(f'revoke all on "{table}" from {login}')
            if rights := _rights(table, login):
                statements.append(f'grant {", ".join(rights)} on "{table}" to {login}')
    for login in (WEB, WORKER, IMPORTER):
        statements.append(f"grant usage, select on all sequences in schema public to {login}")
    return statements


def _rights(table: str, login: str) -> tuple[str, ...]:
    if login == IMPORTER:
        return IMPORTS.get(table, ())
    if table in LESS:
        return LESS[table].get(login, ())
    if login == WORKER:
        return (*EVERYTHING, MAINTAIN)
    return () if login == AUDITOR else EVERYTHING


def give_rights(connection: object) -> None:
    """Apply `rights_sql` to every table of the public schema. ``connection`` is the owner's (psycopg)."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute("select viewname from pg_views where schemaname = 'public'")
        views = [name for (name,) in cursor.fetchall()]
        for statement in rights_sql(tables, views):
            cursor.execute(statement)
