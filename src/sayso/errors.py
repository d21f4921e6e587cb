"""Everything that can go wrong, in one tree.

    SaysoError
    ├── Invalid          what was asked does not make sense; carries every problem found    422
    ├── SignInNeeded     nobody is signed in                                                401
    ├── Forbidden        this person may not do that                                        403
    ├── NotFound         there is no such thing, or not for this person                     404
    ├── Conflict         someone else changed it first; carries both states                 409
    ├── TooLarge         more than a named limit allows                                     413
    ├── TooMany          too often; carries the seconds to wait                             429
    └── Unavailable      cannot be done right now; says what to do                          503

A page shows an alert, /api a problem document (RFC 9457), the command line one line and an exit code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (a path such as `tables/clients/fields/worth`), why, and what would be right."""

    path: str
    reason: str
    example: str | None = None

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        hint = f" For example: {self.example}" if self.example else ""
        return f"{where}{self.reason}{hint}"


class SaysoError(Exception):
    """Something a person can understand and act on."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"


class Invalid(SaysoError):
    """What was asked does not make sense. `problems` holds all of them, not only the first."""

    status, slug, title = 422, "invalid", "Some of this needs another look"

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(Problem("", p) if isinstance(p, str) else p for p in problems)
        super().__init__("; ".join(map(str, self.problems)))

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Invalid":
        return cls(*problems)


class SignInNeeded(SaysoError):
    status, slug, title = 401, "sign-in-needed", "Sign in first"


class Forbidden(SaysoError):
    status, slug, title = 403, "forbidden", "You may not do that"


class NotFound(SaysoError):
    status, slug, title = 404, "not-found", "There is nothing here"


class Conflict(SaysoError):
    """Someone else changed it first. `yours` and `theirs` are both states, as JSON-ready values."""

    status, slug, title = 409, "conflict", "Someone else changed this first"

    def __init__(self, message: str, *, yours: object = None, theirs: object = None) -> None:
        super().__init__(message)
        self.yours, self.theirs = yours, theirs


class TooLarge(SaysoError):
    status, slug, title = 413, "too-large", "That is too large"


class TooMany(SaysoError):
    status, slug, title = 429, "too-many", "Too many requests"

    def __init__(self, message: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(SaysoError):
    status, slug, title = 503, "unavailable", "Not available right now"
