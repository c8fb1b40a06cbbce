"""Who may sign in, and for which team of which agency."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


class Agency(models.Model):
    """The force, or a partner at the same table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField(unique=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Who share a room and a queue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="accounts_team_name")]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Makes accounts with an unusable password until one is set."""

    def create_user(self, username: str, *, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One account: one person in one role. Somebody with two roles has two accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    username = models.CharField(max_length=150, unique=True)
    name = models.TextField()
    email = models.EmailField(blank=True)
    role = models.TextField(choices=[(role.value, role.value) for role in Role if role != Role.SYSTEM])
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    # somebody else chose the password and read it out; it opens nothing but the page that changes it
    password_is_one_time = models.BooleanField(default=False)
    # raised to end every session of this account at once
    generation = models.PositiveIntegerField(default=0)

    objects = Users()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """What every session of this account must carry; a new password or generation ends them all."""
        return salted_hmac(
            "accounts.session", f"{self.password} {self.generation}", algorithm="sha256"
        ).hexdigest()

    @property
    def role_title(self) -> str:
        """The role in words, for the frame of the page."""
        return load("roles").label(self.role, on=london_day(timezone.now()))

    @property
    def actor(self) -> Actor:
        """This account as the rules know it."""
        return Actor(self.id, Role(self.role), self.team_id)
