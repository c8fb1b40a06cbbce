"""What may stand in this site's own logs: where something failed, never whom it was about."""

import logging
import traceback
from typing import Any


class WithoutValues(logging.Formatter):
    """Writes an error as its kind and the lines of code that led there.

    The words of an exception are left out: the database's own repeat the row that it refused, and many of
    Python's repeat the value that they could not read.
    """

    def formatException(self, ei: Any) -> str:
        """The chain of exceptions that led to this one, innermost first, without their words."""
        error: BaseException | None = ei[1]
        chain: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            chain.append("\n".join([f"{type(error).__module__}.{type(error).__qualname__}", *lines]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(chain))


#: Errors to standard error, in words that name nobody.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "without-values": {
            "()": "throughline.website.logs.WithoutValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "without-values"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would mail the request, or print the exception's words
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # an address that was not found is no error, and people paste names where an address belongs
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
