"""What imports do not show: foreign keys, their way back and migrations point to earlier rooms only."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

# the order of the house, as `.importlinter` has it; what comes from libraries stands before everything
ORDER = (
    "access",
    "audit",
    "drafts",
    "govuk",
    "accounts",
    "chronology",
    "duties",
    "decisions",
    "instruments",
    "offline",
    "people",
    "cases",
    "outbox",
    "contact",
    "scene",
    "risk",
    "safeguarding",
    "partnership",
    "investigation",
    "outcome",
    "neighbourhood",
    "figures",
    "overview",
    "website",
    "collection",
    "national_website",
)


def ours() -> Iterable[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith("throughline."))


def wrong_relations(found: Iterable[type[models.Model]]) -> list[str]:
    """Relations from an earlier room to a later one, in words."""
    return [
        f"{model._meta.label}.{field.name} points to {field.related_model._meta.label}"
        for model in found
        for field in model._meta.get_fields()
        if field.is_relation
        and isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.related_model._meta.app_label in ORDER
        and ORDER.index(field.related_model._meta.app_label) > ORDER.index(model._meta.app_label)
    ]


def wrong_ways_back(found: Iterable[type[models.Model]]) -> list[str]:
    """Named ways back that a later room hangs on an earlier room's model."""
    return [
        f"{relation.related_model._meta.label} hangs .{relation.get_accessor_name()} on {model._meta.label}"
        for model in found
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label in ORDER
        and relation.related_model._meta.app_label != model._meta.app_label
        and relation.related_name
        and not relation.related_name.endswith("+")
    ]


def wrong_dependencies(edges: Iterable[tuple[str, str]]) -> list[str]:
    """Migrations of an earlier room that wait for a later one, as (app, app it depends on)."""
    return [
        f"a migration of {app} waits for {needed}"
        for app, needed in edges
        if app in ORDER and needed in ORDER and ORDER.index(needed) > ORDER.index(app)
    ]


def test_every_app_of_ours_has_its_place() -> None:
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith("throughline.")}
    assert labels <= set(ORDER)


def test_foreign_keys_point_to_earlier_rooms() -> None:
    assert wrong_relations(ours()) == []


def test_no_later_room_hangs_an_accessor_on_an_earlier_one() -> None:
    assert wrong_ways_back(ours()) == []


def test_migrations_wait_for_earlier_rooms() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    edges = [
        (app, needed)
        for (app, _), migration in loader.disk_migrations.items()
        for needed, _ in migration.dependencies
    ]
    assert wrong_dependencies(edges) == []


class TestTheChecksNotice:
    """Each check, shown something that breaks it."""

    @pytest.fixture
    def spoilt(self) -> Iterable[type[models.Model]]:
        account = apps.get_model("accounts", "User")

        class Spoilt(models.Model):  # noqa: DJ008
            account_of_a_later_room = models.ForeignKey(
                account, on_delete=models.CASCADE, related_name="spoils"
            )

            class Meta:
                app_label = "audit"

        yield Spoilt
        del apps.all_models["audit"]["spoilt"]
        apps.clear_cache()

    def test_a_foreign_key_to_a_later_room(self, spoilt: type[models.Model]) -> None:
        assert wrong_relations([spoilt]) == ["audit.Spoilt.account_of_a_later_room points to accounts.User"]

    def test_an_accessor_hung_on_another_room(self, spoilt: type[models.Model]) -> None:
        apps.clear_cache()
        assert wrong_ways_back([apps.get_model("accounts", "User")]) == [
            "audit.Spoilt hangs .spoils on accounts.User"
        ]

    def test_a_migration_that_waits_for_a_later_room(self) -> None:
        assert wrong_dependencies([("audit", "people"), ("people", "audit")]) == [
            "a migration of audit waits for people"
        ]
