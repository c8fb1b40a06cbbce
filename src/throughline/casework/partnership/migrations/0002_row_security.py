from django.db import migrations

from throughline.foundations.access.protection import ALL_IN_SIGHT, LET_SEE_ALL, protect

_SEEN = LET_SEE_ALL.format(column="subjects")
_POLICE = ALL_IN_SIGHT.format(column="subjects")
# words name people: whoever counts does not read them
_POLICE_WORDS = f"(select access_reads_people()) and {_SEEN}"


def _adviser(which: str) -> str:
    """What an adviser sees: rows of a referral that her service has, of nobody who is hidden from her."""
    return f"((select access_role()) = 'idva' and {which} in (select access_granted()) and {_SEEN})"


# her notes are her service's own until she has shared them: with roles, or with whoever owns the case now
_SHARED = (
    "exists (select from partnership_noteshare s where s.note_id = partnership_advisernote.id"
    " and ((select access_role()) = any (s.roles) or exists (select from cases_standingfact f"
    " where f.case_id = s.case_id and f.kind = 'owner' and f.ended_at is null"
    " and f.value = (select access_actor())::text)))"
)
_NOTES = f"(select access_role()) = 'system' or {_adviser('referral_id')} or ({_POLICE_WORDS} and {_SHARED})"
_THROUGH = "(select m.through_id from partnership_maracreferral m where m.id = referral_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0001_initial"),
        ("access", "0010_granted"),
        ("cases", "0001_initial"),
    ]
    operations = [
        protect("partnership_adviserreferral", f"({_POLICE}) or {_adviser('id')}"),
        protect("partnership_referralwords", f"({_POLICE_WORDS}) or {_adviser('referral_id')}"),
        protect("partnership_advisercontact", f"({_POLICE}) or {_adviser('referral_id')}"),
        # the police read that a note was shared, which says nothing of its words
        protect("partnership_noteshare", f"({_POLICE}) or {_adviser('referral_id')}"),
        protect("partnership_advisernote", _NOTES),
        protect("partnership_maracreferral", f"({_POLICE}) or {_adviser('through_id')}"),
        *(
            protect(f"partnership_{table}", f"({_POLICE}) or {_adviser(_THROUGH)}")
            for table in ("maracaddition", "maracsent")
        ),
        protect(
            "partnership_maracwords",
            f"({_POLICE_WORDS}) or ({_adviser(_THROUGH)} and by = (select access_actor()))",
        ),
        protect("partnership_notreferred", _POLICE),
    ]
