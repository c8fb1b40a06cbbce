"""Unsaved typing, encrypted, for its author alone; and which forms have been taken in already."""

import uuid

from django.db import models


class Draft(models.Model):
    """What one account typed on one page. ``place`` is the page's path; it holds opaque ids only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.UUIDField()
    place = models.TextField()
    closed = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="drafts_one_a_place")]
        indexes = [models.Index(fields=["saved_at"], name="drafts_age")]

    def __str__(self) -> str:
        return f"draft {self.id}"


class Submission(models.Model):
    """A form that was taken in, so that the same one sent again does nothing a second time.

    ``token`` is a keyed hash of who sent it, from where, the form's own ``once`` and all that was typed: the
    same page gone back to and changed is another submission. ``went_to`` is where its answer led.
    """

    token = models.TextField(primary_key=True)
    user = models.UUIDField()
    place = models.TextField()
    went_to = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="drafts_submission_age")]

    def __str__(self) -> str:
        return f"submission {self.at:%Y-%m-%d %H:%M}"


class LatestPost(models.Model):
    """How far the posts of one page have been taken in: what was sent before and comes in later was overtaken.

    ``page`` is the ``once`` of the form, ``nth`` the number that the page gave the post.
    """

    pk = models.CompositePrimaryKey("page", "user")
    page = models.UUIDField()
    user = models.UUIDField()
    nth = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="drafts_latest_post_age")]

    def __str__(self) -> str:
        return f"latest post {self.nth}"
