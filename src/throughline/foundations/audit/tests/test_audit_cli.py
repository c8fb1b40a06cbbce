"""``throughline audit verify`` under the login that is made for it."""

import pytest
from click.testing import CliRunner

from throughline.foundations.audit.cli import audit
from throughline.running.logins import AUDITOR


@pytest.mark.django_db(transaction=True)
def test_the_auditors_login_verifies_the_log(working_as, tmp_path):
    with working_as(AUDITOR):
        result = CliRunner().invoke(audit, ["verify", "--checkpoints", str(tmp_path)])
    assert (result.exit_code, "The log is whole." in result.stdout) == (0, True), result.output
