"""One call of a model while it is worked on: the app as parsed JSON, what the call is about, and what became of it."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sayso.builder.agent.guard import Held
from sayso.errors import Problem

Json = dict[str, Any]
At = tuple[str, ...]
"""Where a part stands: its list and id, and for a field `fields` and its id."""
PROBLEMS_TOLD_MAX = 12


@dataclass(slots=True)
class Done:
    """What became of one call."""

    effects: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    held: tuple[Held, ...] = ()
    mended: tuple[str, ...] = ()

    def told(self) -> Json:
        """For the model: what stands, and what is wrong with the rest, by path and with an example."""
        said: Json = {"done": list(self.effects) or "nothing"}
        if self.mended:
            said["mended"] = list(self.mended)
        if self.problems:
            said["problems"] = [
                {"path": p.path, "reason": p.reason, **({"example": p.example} if p.example else {})}
                for p in self.problems[:PROBLEMS_TOLD_MAX]
            ]
            said["next"] = "Only what has problems is missing. Call again for that alone, put right."
        if self.held:
            said["held_back"] = [h.what for h in self.held]
            said["why"] = "The person's words do not ask for it. Leave it; it is told in the plan."
        return said


@dataclass(slots=True)
class Work:
    """One call while it is worked on: the app as parsed JSON, and the parts that the call is about."""

    raw: Json
    before: Json
    touched: list[At] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    removed: set[At] = field(default_factory=set)

    def put(self, at: At, value: Json) -> None:
        """In place of the part that is there, or at the end of its list."""
        home = self.siblings(at)
        here = next((n for n, part in enumerate(home) if part.get("id") == at[-1]), None)
        if here is None:
            home.append(value)
        else:
            home[here] = value
        if at not in self.touched:
            self.touched.append(at)

    def drop(self, at: At) -> None:
        """The part as it was before this call, or not at all."""
        was = find(self.before, at)
        home = self.siblings(at)
        here = next((n for n, p in enumerate(home) if p.get("id") == at[-1]), None)
        if here is not None:
            home.pop(here)
        if was is not None:
            old = find(self.before, at[:2])["fields"] if len(at) == 4 else self.before[at[0]]  # pyright: ignore[reportOptionalSubscript]
            home.insert(here if here is not None else old.index(was), deepcopy(was))
        self.removed.discard(at)
        self.touched = [t for t in self.touched if t[: len(at)] != at]

    def siblings(self, at: At) -> list[Json]:
        if len(at) == 4:
            table = next((t for t in self.raw.get("tables", ()) if t.get("id") == at[1]), None)
            return table.setdefault("fields", []) if table is not None else []
        return self.raw.setdefault(at[0], [])


def find(raw: Json, at: At) -> Json | None:
    part = next((p for p in raw.get(at[0]) or () if p.get("id") == at[1]), None)
    if part is None or len(at) == 2:
        return part
    return next((f for f in part.get("fields") or () if f.get("id") == at[3]), None)


def kind_of(one: Json) -> str:
    return str(one.get("part") or ("field" if one.get("table") else "table")).lower()


def wanted(one: Json) -> Json:
    """What is to be different: in `set`, or beside the name."""
    inside = one.get("set")
    new = (
        dict(inside) if isinstance(inside, dict) else {k: v for k, v in one.items() if k not in ("part", "table", "name", "set")}
    )
    for key in ("rename_to", "new_name"):
        if key in new:
            new["name"] = new.pop(key)
    return new


def inside(field: Json, table: str) -> Json:
    """A field that stands inside its table: another table that it names is the one that it reads."""
    return {**field, **({"to": field["table"]} if "table" in field and "to" not in field else {}), "table": table}


def forget(value: Any, key: str) -> bool:
    """Takes a key out of a part, wherever in it. False when it is nowhere."""
    if isinstance(value, dict):
        if key in value and key not in ("id", "name", "kind"):
            del value[key]
            return True
        return any(forget(inner, key) for inner in value.values())
    return any(forget(one, key) for one in value) if isinstance(value, list) else False
