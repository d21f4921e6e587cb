"""A provider as a value, and what every kind of it must be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sayso.gateway.reply import JSON, AnyReply
from sayso.gateway.upstream import Limits

if TYPE_CHECKING:
    from sayso.gateway.caller import Caller


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Provider:
    """One row of `gateway_providers`, its secret in clear. `settings` is the kind's own: see each kind's file."""

    id: str
    workspace: str
    name: str
    kind: str
    base_url: str = ""
    secret: str = field(default="", repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    rank: int = 0

    @property
    def limits(self) -> Limits:
        s = self.settings
        return Limits(
            first_byte_seconds=float(s.get("first_byte_seconds") or USUAL.first_byte_seconds),
            idle_seconds=float(s.get("idle_seconds") or USUAL.idle_seconds),
            whole_seconds=float(s.get("whole_seconds") or USUAL.whole_seconds),
        )


@dataclass(slots=True)
class Outgoing:
    """One request to one upstream. `body` is in OpenAI's shape, the model in it already the upstream's own name.

    `endpoint` is the path under `/v1/`; `query` with its question mark. `stream` says that events are wanted.
    """

    endpoint: str
    model: str
    body: bytes
    caller: "Caller"
    stream: bool = False
    content_type: bytes = JSON
    verb: str = "POST"
    query: str = ""


class Adapter(Protocol):
    """How a kind of upstream is spoken to. One is made (`Kind.adapter(provider, pools)`) for each provider, and again whenever its
    settings change."""

    async def send(self, out: Outgoing) -> AnyReply:
        """The upstream's answer in OpenAI's shape, errors (with their status) too.

        Raises `Broken` when there is none, `Refused` for what this upstream cannot do, and what the door outwards raises.
        """
        ...

    async def models(self) -> list[dict[str, Any]]:
        """What the upstream says it has: objects with at least `id`. For tests of the key, and for the list of models."""
        ...
