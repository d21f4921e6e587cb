"""What a kind of connection is: what to ask for in its form, where it leads, how it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

Does = Literal["email", "inbox", "message", "http", "sql", "rows", "files", "feed", "mcp", "operations", "model"]
"""What can be done with a connection; a step asks for one that does it."""
Shape = Literal["text", "secret", "lines", "number", "choice", "switch", "address", "host"]
Settings = Mapping[str, Any]
TEXT_LENGTH_MAX = 2_000
LINES_LENGTH_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a kind's form. `when` names other fields and the values with which this one is asked for."""

    name: str
    label: str
    kind: Shape = "text"
    required: bool = False
    default: Any = None
    choices: tuple[Option, ...] = ()
    help: str = ""
    example: str = ""
    when: Mapping[str, tuple[str, ...]] | None = None
    advanced: bool = False
    hidden: bool = False
    """Of several lines that are a secret: a private key."""

    @property
    def secret(self) -> bool:
        return self.kind == "secret" or self.hidden

    def asked(self, settings: Settings) -> bool:
        return all(str(settings.get(name)) in values for name, values in (self.when or {}).items())


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request carries to be let in."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return "Credentials(•••)"


async def without_test(_: Connections, opened: Opened) -> str:
    return f"{opened.name} is set up."


def no_credentials(_: Opened) -> Credentials:
    return Credentials()


def no_hosts(_: Mapping[str, str]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`hosts` are the places that its secrets may go to; it raises `Invalid` for settings that lead nowhere. `test` answers with one
    sentence or raises a `SaysoError` in plain words. `oauth` says for which settings somebody must consent in a browser."""

    key: str
    label: str
    icon: str
    does: tuple[Does, ...]
    about: str
    fields: tuple[FormField, ...]
    hosts: Callable[[Settings], tuple[str, ...]]
    test: Callable[[Connections, Opened], Awaitable[str]] = without_test
    credentials: Callable[[Opened], Credentials] = no_credentials
    oauth: Callable[[Settings], bool] = lambda _: False
    hosts_of_secrets: Callable[[Mapping[str, str]], tuple[str, ...]] = no_hosts
    """Where the address itself is the secret."""

    def field(self, name: str) -> FormField | None:
        return next((one for one in self.fields if one.name == name), None)
