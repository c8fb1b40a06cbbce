"""Who may say that a browser came by https: a proxy of ours, where there is one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ASK = """
import django
django.setup()
from django.test import RequestFactory
print(RequestFactory().get("/", headers={"X-Forwarded-Proto": "https"}).is_secure())
"""


@pytest.mark.parametrize(("proxies", "believed"), [("0", "False"), ("1", "True")])
def test_the_proxys_word_is_taken_only_where_there_is_a_proxy(proxies, believed):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "THROUGHLINE_PROXIES": proxies,
    }
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == believed
