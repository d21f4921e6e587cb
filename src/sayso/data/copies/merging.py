"""What was changed in a copy, laid on the live app as it is now.

Three states: what the copy began as (`base`), the copy, and the live app. A part that only one side has changed is as that side has it; a
part that both have changed is put together word by word, and what both have changed differently is a clash, which a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.change.siblings import LISTS
from sayso.spec.part import Part
from sayso.spec.table import Table

Side = Literal["live", "copy"]
SHOWN_CHARACTERS_MAX = 120


@dataclass(frozen=True, slots=True)
class Clash:
    """What both sides have changed: at `path` (`tables/deals/fields/worth/name`), in words. `chosen` is whose word counts, once somebody has said."""

    path: str
    name: str
    sentence: str
    live: str
    copy: str
    chosen: Side | None


@dataclass
class _Merging:
    choices: Mapping[str, Side]
    clashes: list[Clash] = field(default_factory=list)

    def decide(self, path: str, name: str, sentence: str, live: Any, copy: Any) -> Any:
        chosen = self.choices.get(path)
        self.clashes.append(Clash(path, name, sentence, in_words(live), in_words(copy), chosen))
        return copy if chosen == "copy" else live


def merged(base: App, copy: App, live: App, choices: Mapping[str, Side] | None = None) -> tuple[App, tuple[Clash, ...]]:
    """The live app with what the copy has changed since `base`. Where there are clashes that nobody has decided, the live app's word stands.

    What is merged is not checked yet; a part may name another that is gone on one side.
    """
    doing = _Merging(choices or {})
    faces = {name: getattr(copy, name) for name in ("name", "description", "icon", "hue", "zone")}
    values: dict[str, Any] = {}
    for name, mine in faces.items():
        if name == "name":  # a copy is called otherwise from its first day
            continue
        values[name] = _value(doing, name, live.name, getattr(base, name), mine, getattr(live, name), f"the {name} of the app")
    for kind in LISTS:
        of = f"{kind}s"
        values[of] = _parts(doing, of, getattr(base, of), getattr(copy, of), getattr(live, of))
    return live.model_copy(update=values), tuple(doing.clashes)


def _parts(doing: _Merging, at: str, base: Sequence[Any], copy: Sequence[Any], live: Sequence[Any]) -> tuple[Any, ...]:
    was, mine, theirs = ({one.id: one for one in side} for side in (base, copy, live))
    kept: dict[str, Any] = {}
    for id in dict.fromkeys((*theirs, *mine)):
        one = _part(doing, f"{at}/{id}", was.get(id), mine.get(id), theirs.get(id))
        if one is not None:
            kept[id] = one
    return tuple(kept[id] for id in _order([p.id for p in base], [p.id for p in copy], [p.id for p in live], kept))


def _part(doing: _Merging, path: str, was: Any, mine: Any, theirs: Any) -> Any:
    if was is None:
        if mine is None or theirs is None or mine == theirs:
            return _arriving(mine) if theirs is None else theirs
        return doing.decide(path, theirs.name, f"Both have added {theirs.name}", theirs, _arriving(mine))
    if mine is None and theirs is None:
        return None
    if mine is None:
        return (
            None
            if theirs == was
            else doing.decide(path, was.name, f"{was.name} was removed in the copy and changed in the live app", theirs, None)
        )
    if theirs is None:
        return (
            None
            if mine == was
            else doing.decide(path, was.name, f"{was.name} was removed in the live app and changed in the copy", None, mine)
        )
    return _both(doing, path, was, mine, theirs)


def _arriving(part: Any) -> Any:
    """An automation that comes with the copy is off in the live app until somebody switches it on."""
    return part.model_copy(update={"on": False}) if part is not None and "on" in type(part).model_fields else part


def _both(doing: _Merging, path: str, was: Any, mine: Any, theirs: Any) -> Any:
    if mine in (was, theirs):
        return theirs
    if type(mine) is not type(theirs) or type(was) is not type(mine):
        return (
            mine
            if theirs == was
            else doing.decide(path, theirs.name, f"{was.name} has become another kind on one side", theirs, mine)
        )
    values: dict[str, Any] = {}
    for name in type(mine).model_fields:
        if name == "on":  # whether it is on is said where it works
            continue
        a, b, c = getattr(was, name), getattr(mine, name), getattr(theirs, name)
        if name == "fields" and isinstance(mine, Table):
            values[name] = _parts(doing, f"{path}/fields", a, b, c)
        else:
            values[name] = _value(doing, f"{path}/{name}", theirs.name, a, b, c, f"the {name} of {theirs.name}")
    return theirs.model_copy(update=values)


def _value(doing: _Merging, path: str, name: str, was: Any, mine: Any, theirs: Any, what: str) -> Any:
    if mine in (was, theirs):
        return theirs
    if theirs == was:
        return mine
    if _are_parts(was) and _are_parts(mine) and _are_parts(theirs):
        return _parts(doing, path, was, mine, theirs)
    return doing.decide(path, name, f"Both have changed {what}", theirs, mine)


def _are_parts(value: Any) -> bool:
    """Options of a choice, for example: things with ids of their own in a list."""
    return isinstance(value, tuple) and all(
        hasattr(one, "id") and hasattr(one, "name") and hasattr(one, "model_copy") for one in value
    )


def _order(base: list[str], copy: list[str], live: list[str], kept: Mapping[str, Any]) -> list[str]:
    """As in the live app when somebody moved something there, else as in the copy; what the other side has added stands behind what it stood behind."""
    moved = [id for id in live if id in base] != [id for id in base if id in live]
    lead, other = (live, copy) if moved else (copy, live)
    order = [id for id in lead if id in kept]
    for n, id in enumerate(other):
        if id in kept and id not in order:
            before = next((one for one in reversed(other[:n]) if one in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, id)
    return order


def in_words(value: Any) -> str:
    """A value of a spec, shortly: a part by its name, a list with commas."""
    match value:
        case None:
            return "removed"
        case Part():
            return value.name
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            text = str(value)
        case tuple() | list():
            text = ", ".join(in_words(one) for one in value) or "nothing"
        case _:
            text = str(value.portable()) if hasattr(value, "portable") else str(value)
    return text if len(text) <= SHOWN_CHARACTERS_MAX else text[: SHOWN_CHARACTERS_MAX - 1] + "…"
