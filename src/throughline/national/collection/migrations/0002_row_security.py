from django.db import migrations

from throughline.foundations.access.protection import protect

OWN = """
create function collection_own() returns uuid language sql stable as $$
  select force_id from collection_seat where team_id = access_team()
$$;
"""
# figures are what their digest says, whoever writes them
DIGEST = """
alter table collection_version add constraint collection_version_digest
  check (digest = encode(sha256(convert_to(figures, 'UTF8')), 'hex'));
"""
# a signature is of the latest version, and of exactly its figures; what is taken is signed, the latest, and has no open question
SIGNED = """
create function collection_signs() returns trigger language plpgsql as $$
begin
  if not exists (select from collection_version v where v.id = new.version_id and v.digest = new.digest and v.force_id = new.force_id
      and not exists (select from collection_version l
        where l.round_id = v.round_id and l.force_id = v.force_id and l.number > v.number)) then
    raise exception 'a signature is of the latest figures alone' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger signs before insert on collection_signature for each row execute function collection_signs();

create function collection_takes() returns trigger language plpgsql as $$
begin
  if not exists (select from collection_signature s join collection_version v on v.id = s.version_id
      where s.id = new.signature_id and v.id = new.version_id and s.digest = v.digest and v.force_id = new.force_id
      and v.round_id = (select t.round_id from collection_taking t where t.id = new.taking_id)
      and not exists (select from collection_version l
        where l.round_id = v.round_id and l.force_id = v.force_id and l.number > v.number)) then
    raise exception 'what is taken is signed, and the latest' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger takes before insert on collection_taken for each row execute function collection_takes();
"""

ALL = "(select access_role()) in ('statistician', 'system')"
MINE = "force_id = (select collection_own())"
CONTACT = f"{ALL} or ((select access_role()) = 'force-contact' and {MINE})"
OFFICE = "(select access_role()) = 'police-and-crime-commissioner'"


def also_signed(signed: str) -> str:
    """The condition, where a commissioner reads what the force has signed."""
    return f"{CONTACT} or ({OFFICE} and {MINE} and exists (select from collection_signature s where {signed}))"


_OF_ROUND = (
    "s.force_id = collection_question.force_id and s.version_id in (select v.id from collection_version v"
    " where v.round_id = collection_question.round_id)"
)


class Migration(migrations.Migration):
    dependencies = [("collection", "0001_initial"), ("access", "0011_investigators"), ("audit", "0002_guards")]
    operations = [
        migrations.RunSQL(OWN, "drop function collection_own();"),
        migrations.RunSQL(
            DIGEST, "alter table collection_version drop constraint collection_version_digest;"
        ),
        migrations.RunSQL(
            SIGNED,
            "drop trigger signs on collection_signature; drop function collection_signs();"
            "drop trigger takes on collection_taken; drop function collection_takes();",
        ),
        protect("collection_receipt", CONTACT),
        protect("collection_receivedfile", CONTACT),
        protect("collection_version", also_signed("s.version_id = collection_version.id"), check=CONTACT),
        protect("collection_question", also_signed(_OF_ROUND), check=CONTACT),
        protect(
            "collection_said",
            f"{CONTACT} or ({OFFICE} and {MINE} and exists (select from collection_question q where q.id = question_id))",
            check=CONTACT,
        ),
        protect("collection_signature", f"{CONTACT} or ({OFFICE} and {MINE})", check=CONTACT),
        protect("collection_taken", f"{CONTACT} or ({OFFICE} and {MINE})", check=ALL),
    ]
