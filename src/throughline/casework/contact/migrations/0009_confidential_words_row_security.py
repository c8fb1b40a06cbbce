from django.db import migrations

from throughline.foundations.access.protection import protect

# an account that is named for the system, and the system itself, which erases
_NAMED = (
    "(select access_reads_people()) and exists"
    " (select 1 from contact_intelligenceanswer a where a.id = answer_id)"
    " and ((select access_role()) = 'system' or system in"
    " (select g.subject from access_grant g where g.kind = 'see' and g.grantee = access_actor() and access_open(g)))"
)


class Migration(migrations.Migration):
    dependencies = [("contact", "0008_confidential_words"), ("access", "0003_shared")]
    operations = [protect("contact_confidentialwords", _NAMED)]
