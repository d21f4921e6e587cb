"""What a tool is: a name and a shape for the model, a few words for people, and a function."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from sayso.coworkers.reach import Reach
from sayso.coworkers.sources import Sources

if TYPE_CHECKING:
    from sayso.coworkers.desk import Desk

Kind = Literal["reads", "keeps", "writes", "reaches", "destroys"]
"""`keeps` changes only what the co-worker itself remembers. `writes` and `reaches` (beyond this workspace) ask unless they are allowed;
`destroys` always asks."""


class Asks(BaseModel):
    """What a tool takes. A model's own additions are left aside; what is missing is told."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


@dataclass(slots=True)
class At:
    """Where a tool is called: for whom, and what may be reached. `call` is the model's own id of this call."""

    desk: "Desk"
    reach: Reach
    sources: Sources
    conversation: str
    call: str = ""
    addresses: set[str] = field(default_factory=set)
    said: str = ""
    """What the asker themselves has said in this conversation."""


@dataclass(frozen=True, slots=True)
class Read:
    """`value` goes to the model; `words` and `result` are shown: "in Projects where Client is Halden", "3 rows"."""

    value: Any
    words: str
    result: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something that would be written. `act` is as the API shows it; `words` as for `Read`."""

    act: dict[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Tool:
    """One. `says` is told to the model, `title` and `may` to people: "Find rows", "Change rows"."""

    name: str
    title: str
    kind: Kind
    says: str
    asks: type[Asks]
    run: Callable[[At, Any], Awaitable[Read | Proposed]]
    automates: bool = False
    """It is about automations: of use only where there are some."""
    named: bool = False
    """A co-worker has it only when its spec names it."""

    @property
    def shape(self) -> dict[str, Any]:
        """As chat completions take it."""
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.says, "parameters": _parameters(self.asks)},
        }


@cache
def _parameters(asks: type[Asks]) -> dict[str, Any]:
    """Made once: it takes milliseconds, and every round of every answer tells it."""
    return plain(asks.model_json_schema())


def plain(schema: Any, of: dict[str, Any] | None = None) -> Any:
    """The schema without titles, defaults and references: fewer tokens, and read by every model."""
    known: dict[str, Any] = schema.get("$defs", {}) if of is None else of
    match schema:
        case {"$ref": str(ref)}:
            return plain(known[ref.rpartition("/")[2]], known)
        case dict():
            kept = {k: v for k, v in schema.items() if k not in ("title", "default", "$defs")}
            if isinstance(kept.get("properties"), dict):
                kept["properties"] = {k: plain(v, known) for k, v in kept["properties"].items()}
            return {k: v if k == "properties" else plain(v, known) for k, v in kept.items()}
        case list():
            return [plain(one, known) for one in schema]
        case _:
            return schema
