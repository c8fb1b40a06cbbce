"""For tests that look at pages of either site, all in the test's one transaction."""

from django.db import connection


def open_to_writing() -> None:
    """Undo what looking at a page leaves until the transaction ends; in earnest each page has its own."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('throughline.looking', 'off', true)")
