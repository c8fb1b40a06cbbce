"""Who does what is told: the accounts of the demonstration, one at a time."""

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role


class Cast:
    """The accounts by role, and a second of some roles, for what nobody does of their own work."""

    def __init__(self, by: dict[Role, Actor], colleagues: dict[Role, Actor]) -> None:
        self.by = by
        self.colleagues = colleagues
        self._acting: Actor | None = None

    def role(self, role: Role) -> Actor:
        """The account of a role, which acts from now on."""
        return self.acting(self.by[role])

    def colleague(self, role: Role) -> Actor:
        """The second account of a role, which acts from now on."""
        return self.acting(self.colleagues[role])

    def acting(self, actor: Actor) -> Actor:
        """Let somebody act; told at once where they do so already."""
        if actor != self._acting:
            set_actor(actor)
            self._acting = actor
        return actor

    def left(self) -> None:
        """Somebody else acted meanwhile, such as the system."""
        self._acting = None
