from django.db import migrations

# A figure asks for days, which are counted from moments. Without statistics of its own the planner takes any range
# of such an expression for next to no rows, and reads what it joins to anew for each of the many there are.
_MOMENTS = {
    "contact_contact": "received_at",
    "cases_incident": "reported_at",
    "cases_crime": "recorded_at",
    "scene_attendance": "began_at",
    "risk_assessment": "assessed_at",
    "risk_grading": "at",
    "risk_check": "at",
    "risk_hubreview": "done_at",
    "duties_duty": "due_at",
}
_ESTIMATED = "".join(
    f"create statistics {table}_day on (({moment} at time zone 'Europe/London')::date) from {table};"
    f"analyze {table};"
    for table, moment in _MOMENTS.items()
)
_NOT_ESTIMATED = "".join(f"drop statistics {table}_day;" for table in _MOMENTS)


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0005_scene_and_risk"),
        ("contact", "0003_taking"),
        ("cases", "0003_incident_number"),
        ("scene", "0001_initial"),
        ("risk", "0001_initial"),
        ("duties", "0001_initial"),
    ]
    operations = [migrations.RunSQL(_ESTIMATED, _NOT_ESTIMATED)]
