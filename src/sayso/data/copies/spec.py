"""What of a spec goes into a copy. Nothing in a copy begins by itself: automations are off, tables are not synced, nobody is woken."""

from collections.abc import Mapping
from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.spec.part import Part

Kind = Literal["copy", "draft", "move"]
NO_MEMBER = "m_nobody"
"""Stands where a member of another workspace was named alone: it means nobody."""


def copied(spec: App, name: str, kind: Kind, *, members: Mapping[str, str | None] | None = None) -> App:
    """The spec of a copy. `members` for another workspace: who each member of this one is there, None for who is nobody there."""
    quiet = quietened(spec) if kind == "draft" else _asleep(spec)
    if members is not None:
        quiet = App.model_validate(elsewhere(quiet.model_dump(mode="json"), members))
    return completed_app(quiet.model_copy(update={"name": name}))


def _asleep(spec: App) -> App:
    tables = tuple(table.model_copy(update={"source": None}) for table in spec.tables)
    automations = tuple(one.model_copy(update={"on": False}) for one in spec.automations)
    return spec.model_copy(update={"tables": tables, "automations": automations})


def quietened(spec: App) -> App:
    """A spec as it stands in a copy to work on, where also co-workers do nothing by the clock. What a later comparison starts from."""
    coworkers = tuple(one.model_copy(update={"schedule": None}) for one in spec.coworkers)
    return _asleep(spec).model_copy(update={"coworkers": coworkers})


def elsewhere(value: Any, members: Mapping[str, str | None]) -> Any:
    """A spec, a change or a part of one as it stands in another workspace: without connections, with the people of there."""
    if isinstance(value, dict):
        return {key: _left_behind(key, elsewhere(one, members)) for key, one in value.items()}
    if isinstance(value, list):
        return [elsewhere(one, members) for one in value if not (isinstance(one, str) and members.get(one, one) is None)]
    return members.get(value, value) or NO_MEMBER if isinstance(value, str) else value


def _left_behind(key: str, value: Any) -> Any:
    return None if key == "connection" and isinstance(value, str) and value.startswith("cn_") else value


def connections_in(part: App | Part) -> set[str]:
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.update(v for k, v in value.items() if k == "connection" and isinstance(v, str) and v.startswith("cn_"))
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(part.model_dump(mode="json"))
    return found


def notes(spec: App, kind: Kind, rows: str) -> list[str]:
    """What is not as in the app that was copied, in sentences."""
    told = [_left_out(kind, rows)]
    if on := [one.name for one in spec.automations if one.on]:
        told.append(
            f"{_many(len(on), 'automation')} that {'is' if len(on) == 1 else 'are'} on here {'is' if len(on) == 1 else 'are'} off there."
        )
    if synced := [table.name for table in spec.tables if table.source]:
        told.append(f"{_listed(synced)} {'is' if len(synced) == 1 else 'are'} not synced there.")
    if kind == "copy":
        told.append("Who may use it is as here; public links are not copied.")
    if kind == "move":
        told += [f"{what} asks for a connection there." for what in asking(spec)]
        told.append("Who may use it is decided anew there; public links and shares end.")
    return told


def _left_out(kind: Kind, rows: str) -> str:
    if kind == "move":
        return "Rows, links, files, comments, history and versions go along. What each person could undo, runs of automations and talks with co-workers do not."
    return "Comments, the history of rows and what could be undone are not copied." if rows != "none" else "It has no rows."


def asking(spec: App) -> list[str]:
    """Automations, tables and co-workers that name a connection, in words."""
    parts = [("The automation", spec.automations), ("The table", spec.tables), ("The co-worker", spec.coworkers)]
    return [f"{word} {one.name}" for word, some in parts for one in some if connections_in(one)]


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
