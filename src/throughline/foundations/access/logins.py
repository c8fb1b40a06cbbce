"""What each database login may do with each table: nothing, unless it is said here.

The logins themselves are made by `throughline.running.logins`; none is superuser, owner or BYPASSRLS.
"""

from typing import Final

READ, ADD, CHANGE, REMOVE = "select", "insert", "update", "delete"
EVERYTHING: Final = (READ, ADD, CHANGE, REMOVE)

WEB, WORKER = "throughline_web", "throughline_worker"
IMPORTER, AUDITOR = "throughline_importer", "throughline_auditor"

# tables where a login may do less than it may with the rest
LESS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "audit_event": {WEB: (READ, ADD), WORKER: (READ, ADD), IMPORTER: (READ, ADD), AUDITOR: (READ,)},
    "audit_seal": {WEB: (READ,), WORKER: (READ, ADD), IMPORTER: (), AUDITOR: (READ,)},
    "access_grant": {WEB: (READ, ADD, CHANGE), WORKER: (READ, ADD, CHANGE), IMPORTER: (READ,)},
    "django_migrations": {WEB: (READ,), WORKER: (READ,), IMPORTER: (READ,), AUDITOR: (READ,)},
}
# the index of people is brought in through here alone
ONLY_IMPORTER: Final = ("people_staging",)
# what a large import fills, and the planner must be told of: the importer may ANALYZE it
FILLED_BY_IMPORTER: Final = ("people_", "chronology_entry")


def rights_sql(tables: list[str]) -> list[str]:
    """The statements that give the logins exactly what is said above; safe to run again."""
    statements = []
    for table in sorted(tables):
        for login in (WEB, WORKER, IMPORTER, AUDITOR):
            statements.append(f'revoke all on "{table}" from {login}')
            rights = _rights(table, login)
            if login == IMPORTER and table.startswith(FILLED_BY_IMPORTER):
                rights = (*rights, "maintain")
            if rights:
                statements.append(f'grant {", ".join(rights)} on "{table}" to {login}')
    for login in (WEB, WORKER, IMPORTER):
        statements.append(f"grant usage, select on all sequences in schema public to {login}")
    return statements


def _rights(table: str, login: str) -> tuple[str, ...]:
    if table in ONLY_IMPORTER:
        return EVERYTHING if login == IMPORTER else ()
    if table in LESS:
        return LESS[table].get(login, ())
    return () if login == AUDITOR else EVERYTHING


def give_rights(connection: object) -> None:
    """Apply `rights_sql` to every table of the public schema. ``connection`` is the owner's (psycopg)."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for statement in rights_sql(tables):
            cursor.execute(statement)
