"""Texts and addresses in templates: said in the reader's language, escaped, and the same as Django gives them."""

from uuid import uuid4

import pytest
from django.template import engines
from django.urls import reverse
from django.utils import translation
from markupsafe import Markup

from throughline.website.rendering import translated, url


@pytest.fixture
def shown():
    """``shown("{{ _(words) }}", words=…)``: what a template makes of it."""
    return lambda template, **told: engines.all()[0].env.from_string(template).render(**told)


def test_an_answer_in_somebodys_own_words_is_escaped_and_left_as_it_is(shown):
    assert shown("{{ _(words) }}", words="<b>100% sure</b>") == "&lt;b&gt;100% sure&lt;/b&gt;"


def test_what_a_text_names_is_escaped_and_put_in(shown):
    read = shown('{{ _("by %(name)s, %(share)s %%", name=name, share=5) }}', name="<b>Rao</b>")
    assert read == "by &lt;b&gt;Rao&lt;/b&gt;, 5 %"


def test_what_is_marked_safe_is_not_given_for_the_same_text_that_is_not(shown):
    safe = "<i>a text of this test</i>"
    for _ in range(2):
        assert shown("{{ _(words) }}", words=Markup(safe)) == safe
        assert shown("{{ _(words) }}", words=safe) == "&lt;i&gt;a text of this test&lt;/i&gt;"


def test_a_text_is_in_the_language_of_each_reader(monkeypatch):
    monkeypatch.setattr(translation, "gettext", lambda text: f"{translation.get_language()}: {text}")
    for language in ("cy", "en-gb", "cy"):
        with translation.override(language):
            assert translated("said in this test alone") == f"{language}: said in this test alone"


def test_words_that_somebody_wrote_are_not_kept(monkeypatch):
    asked = []
    monkeypatch.setattr(translation, "gettext", lambda text: asked.append(text) or text)
    for _ in range(2):
        assert translated("long " * 60) == "long " * 60
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("name", "many"), [("overview:turns-work", 0), ("overview:case", 1), ("risk:check", 1)]
)
def test_an_address_is_the_one_that_django_gives(name, many):
    for _ in range(2):
        ids = [uuid4() for _ in range(many)]
        assert url(name, *ids) == reverse(name, args=ids)
