from django.db import migrations

# What is answered and decided about a contact stands under the contact's id, which is no record: whoever cannot
# see the contact cannot see it either. Each policy narrows those of the foundation's own table.
_ANSWERS = """
create policy of_its_contact on instruments_answers as restrictive
  using (
    not (instrument in ('thrive', 'counter-opening') or instrument like 'call-script%')
    or exists (select 1 from contact_contact c where c.id = subject))
"""
_DECISIONS = """
create policy of_its_contact on decisions_decision as restrictive
  using (
    kind not in ('deployment', 'contact-sign-off')
    or exists (select 1 from contact_contact c where c.id = about))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0009_confidential_words_row_security"),
        ("decisions", "0002_row_security"),
        ("instruments", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL(_ANSWERS, "drop policy of_its_contact on instruments_answers"),
        migrations.RunSQL(_DECISIONS, "drop policy of_its_contact on decisions_decision"),
    ]
