"""What altering a view changes in it, in the words of someone who looks at it."""

from __future__ import annotations

from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.view import Dashboard

Told = tuple[str, Literal["adds", "changes", "loses"]]

_SAID: dict[str, str] = {
    "filter": "Changes which rows {view} shows", "sorts": "Changes the order of rows in {view}", "groups": "Changes how {view} groups rows",
    "hidden": "Changes which fields {view} shows", "order": "Changes the order of fields in {view}",
    "widths": "Changes the widths of fields in {view}", "colours": "Changes the colours of {view}",
    "summaries": "Changes the figures under {view}", "limits": "Changes how many cards a column of {view} should hold",
    "fields": "Changes what {view} asks for", "title": "Changes the title of {view}", "intro": "Changes the words of {view}",
    "thanks": "Changes the words of {view}", "button": "Changes the words of {view}", "description": "Changes the description of {view}",
    "shape": "Draws {view} as {value}", "measure": "Changes what {view} measures", "bucket": "Changes the steps of time in {view}",
}  # fmt: skip
_BY_FIELD: dict[str, str] = {
    "by": "Lets {view} go by {field}", "start": "Lets {view} begin at {field}", "end": "Lets {view} end at {field}",
    "cover": "Shows {field} as the picture of {view}", "split": "Splits {view} by {field}",
}  # fmt: skip


def view_sentences(app: App, old: Any, new: Any, called: str) -> list[Told]:
    """`called` names the view as it is called afterwards, such as `the board Pipeline of Deals`. Never empty."""
    told: list[Told] = [(f"Renames the {old.kind} {old.name} to {new.name}", "changes")] if old.name != new.name else []
    if old.kind != new.kind:
        return [*told, (f"Turns the {old.kind} {new.name} into {_an(new.kind)}", "changes")]
    if isinstance(old, Dashboard) and isinstance(new, Dashboard):
        told += _tiles(old, new)
    table = app.table(getattr(new, "table", ""))
    for key in type(new).model_fields:
        value = getattr(new, key)
        if getattr(old, key) == value or key in ("id", "name", "tiles"):
            continue
        field = table.field(value) if table and isinstance(value, str) else None
        if key in _BY_FIELD and field:
            told.append((_BY_FIELD[key].format(view=called, field=field.name), "changes"))
        else:
            told.append((_SAID.get(key, "Changes {view}").format(view=called, value=_an(str(value))), "changes"))
    return list(dict.fromkeys(told)) or [(f"Changes {called}", "changes")]


def _tiles(old: Dashboard, new: Dashboard) -> list[Told]:
    before, after = {t.id: t for t in old.tiles}, {t.id: t for t in new.tiles}
    told: list[Told] = [(f"Adds the tile {t.name} to {new.name}", "adds") for i, t in after.items() if i not in before]
    told.extend((f"Removes the tile {t.name} from {new.name}", "loses") for i, t in before.items() if i not in after)
    told.extend(
        (f"Changes the tile {t.name} of {new.name}", "changes") for i, t in after.items() if i in before and before[i] != t
    )
    return told or [(f"Puts the tiles of {new.name} in another order", "changes")]


def _an(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"
