"""A connection in the hands of whoever may use it: with its secrets, which nobody sees by looking at it."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

from sayso.errors import NotFound

HIDDEN = "•••"
SHORTEST_MASKED, SHORTEST_MASKED_IN_ANSWERS = 4, 8
"""Shorter secrets are found in every text by chance; masking those would only make nonsense of it."""


class Missing(NotFound):
    """There is no connection of this kind that may be used."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"There is no connection for {kind} that may be used here. Add one under Connections.")
        self.kind = kind


class Secrets(Mapping[str, str]):
    """Values by name, as any mapping; but it cannot be shown, told as JSON or pickled by mistake."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets are not carried away")

    def __copy__(self) -> NoReturn:
        raise TypeError("secrets are not copied")

    def __deepcopy__(self, _: object) -> NoReturn:
        raise TypeError("secrets are not copied")


@dataclass(frozen=True, slots=True)
class Opened:
    """One connection, for as long as a step, a test or a read takes. `hosts` are origins (`https://api.example.com`) or, of what is no
    HTTP, a host and its port (`smtp.example.com:587`): its secrets go nowhere else."""

    id: str
    name: str
    kind: str
    workspace: str
    settings: Mapping[str, Any]
    hosts: tuple[str, ...]
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)

    def secret(self, name: str) -> str:
        """Empty when it was never entered."""
        return self.secrets.get(name, "")

    def text(self, name: str, otherwise: str = "") -> str:
        value = self.settings.get(name)
        return otherwise if value in (None, "") else str(value)

    def masked(self, text: str) -> str:
        """The text without any secret of this connection, also not as an address or a header writes it."""
        for value in sorted(self._told(), key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text

    def masked_bytes(self, body: bytes, *more: str) -> bytes:
        """What the other side said, without the secrets that it has said back; `more` are tokens that came of them."""
        for value in sorted(
            {one for one in (*self._told(), *more) if len(one) >= SHORTEST_MASKED_IN_ANSWERS}, key=len, reverse=True
        ):
            body = body.replace(value.encode(), HIDDEN.encode())
        return body

    def _told(self) -> set[str]:
        found: set[str] = set()
        for value in self.secrets.values():
            if len(value) < SHORTEST_MASKED:
                continue
            coded = base64.b64encode(value.encode()).decode().rstrip("=")
            found |= {value, quote(value, safe=""), quote_plus(value), quote(value), coded, repr(value)[1:-1]}
        pairs = ((self.settings.get(user), self.secrets.get(secret)) for user, secret in BASIC)
        for user, secret in pairs:
            if secret:
                found.add(base64.b64encode(f"{user or ''}:{secret}".encode()).decode())
        return found


BASIC = (("user", "password"), ("client_id", "client_secret"))
"""What is sent as one Base64 text, in which the secret alone would not be found."""
