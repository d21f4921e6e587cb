"""What a tool is: a name and a shape for agents, the right that it takes, and a function."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from sayso.coworkers.tools.tool import plain
from sayso.errors import Invalid
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.web.parts import Parts
from sayso.web.problems import problems_of


class Asks(BaseModel):
    """What a tool takes. Unknown arguments are refused, so that a wrong guess is never ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class At:
    """Where a tool is called: the parts of this server, and for whom."""

    known: Parts
    by: Actor
    key: str = ""
    """What this very call is known by, for what must not happen twice."""


Run = Callable[[At, Any], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tool:
    """`asks` is a shape of ours, or a JSON Schema of an app's making that `run` checks itself."""

    name: str
    title: str
    says: str
    asks: type[Asks] | dict[str, Any]
    run: Run
    right: Right = "read"
    destroys: bool = False
    outside: bool = False
    """It has others do something: what they reach is not said by its arguments."""

    @property
    def reads(self) -> bool:
        return self.right == "read" and not self.outside

    @property
    def told(self) -> dict[str, Any]:
        """As `tools/list` has it."""
        hints = {"title": self.title, "readOnlyHint": self.reads, "openWorldHint": self.outside}
        if not self.reads:
            hints |= {"destructiveHint": self.destroys, "idempotentHint": False}
        schema = self.asks if isinstance(self.asks, dict) else _schema(self.asks)
        return {"name": self.name, "title": self.title, "description": self.says, "inputSchema": schema, "annotations": hints}

    def read(self, arguments: dict[str, Any]) -> Any:
        """The arguments in their shape. Raises `Invalid` with everything that is wrong."""
        if isinstance(self.asks, dict):
            return arguments
        try:
            return self.asks.model_validate(arguments)
        except ValidationError as error:
            raise Invalid.of(problems_of(error.errors(include_url=False, include_input=False))) from None


@cache
def _schema(asks: type[Asks]) -> dict[str, Any]:
    schema = plain(asks.model_json_schema())
    return {"type": "object", "properties": {}, **schema}
