"""What of a spec goes into a copy. Nothing in a copy begins by itself: automations are off, tables are not synced, nobody is woken."""

from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.change import completed_app

Kind = Literal["copy", "draft", "move"]
NO_MEMBER = "m_nobody"
"""Stands where a member of another workspace was named alone: it means nobody."""


def copied(spec: App, name: str, kind: Kind, *, elsewhere: bool = False, members: frozenset[str] = frozenset()) -> App:
    """The spec of a copy; `elsewhere` in another workspace, where nothing names these members (ids) of this one."""
    quiet = quietened(spec) if kind == "draft" else _asleep(spec)
    if elsewhere:
        quiet = App.model_validate(_elsewhere(quiet.model_dump(mode="json"), members))
    return completed_app(quiet.model_copy(update={"name": name}))


def _asleep(spec: App) -> App:
    tables = tuple(table.model_copy(update={"source": None}) for table in spec.tables)
    automations = tuple(one.model_copy(update={"on": False}) for one in spec.automations)
    return spec.model_copy(update={"tables": tables, "automations": automations})


def quietened(spec: App) -> App:
    """A spec as it stands in a copy to work on, where also co-workers do nothing by the clock. What a later comparison starts from."""
    coworkers = tuple(one.model_copy(update={"schedule": None}) for one in spec.coworkers)
    return _asleep(spec).model_copy(update={"coworkers": coworkers})


def _elsewhere(value: Any, members: frozenset[str]) -> Any:
    """Without what belongs to a workspace: connections and people."""
    if isinstance(value, dict):
        return {key: _left_behind(key, _elsewhere(one, members)) for key, one in value.items()}
    if isinstance(value, list):
        return [_elsewhere(one, members) for one in value if not (isinstance(one, str) and one in members)]
    return NO_MEMBER if isinstance(value, str) and value in members else value


def _left_behind(key: str, value: Any) -> Any:
    return None if key == "connection" and isinstance(value, str) and value.startswith("cn_") else value


def connections_in(spec: App) -> set[str]:
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.update(v for k, v in value.items() if k == "connection" and isinstance(v, str) and v.startswith("cn_"))
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(spec.model_dump(mode="json"))
    return found


def notes(spec: App, kind: Kind, rows: str) -> list[str]:
    """What is not as in the app that was copied, in sentences."""
    told = ["Comments, the history of rows and what could be undone are not copied." if rows != "none" else "It has no rows."]
    if on := [one.name for one in spec.automations if one.on]:
        told.append(
            f"{_many(len(on), 'automation')} that {'is' if len(on) == 1 else 'are'} on here {'is' if len(on) == 1 else 'are'} off there."
        )
    if synced := [table.name for table in spec.tables if table.source]:
        told.append(f"{_listed(synced)} {'is' if len(synced) == 1 else 'are'} not synced there.")
    if kind == "copy":
        told.append("Who may use it is as here; public links are not copied.")
    if kind == "move":
        told.append("Connections are not there: whoever builds there chooses others.")
        told.append("Who may use it is decided anew there; public links and shares end.")
    return told


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
