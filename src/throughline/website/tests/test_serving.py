"""A web process that has started: every page is loaded, and nothing of it is searched for garbage again."""

import os
import subprocess
import sys

import pytest

_STARTED = """
import gc, sys
from importlib import import_module
wsgi = import_module(sys.argv[1])
frozen, pages = gc.get_freeze_count(), sum(name.endswith(".views") for name in sys.modules)
from django.urls import get_resolver
_ = get_resolver().url_patterns
print(frozen, len(gc.get_objects()), pages, sum(name.endswith(".views") for name in sys.modules))
"""


@pytest.mark.parametrize("site", ["throughline.website.wsgi", "throughline.website.national.wsgi"])
def test_what_a_web_process_has_loaded_is_not_searched_for_garbage(site, monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    told = subprocess.run(
        [sys.executable, "-c", _STARTED, site], capture_output=True, text=True, check=True, timeout=120
    )
    frozen, searched, pages, pages_later = map(int, told.stdout.split())
    assert frozen > 50_000 > 20 * searched
    assert pages == pages_later > 5
