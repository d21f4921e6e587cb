"""What a part lacks and can only be one thing: a link for a lookup, the date of a calendar, the choices that are there already."""

from collections.abc import Callable
from typing import Any

from sayso.builder.agent import meaning
from sayso.builder.agent.meaning import meant
from sayso.builder.planner import schedule
from sayso.spec.fields.fill import FILLABLE
from sayso.spec.part import id_from
from sayso.spec.portable.kinds import field_kind

Json = dict[str, Any]
At = tuple[str, ...]
Put = Callable[[At, Json], None]
_NO_TITLE = ("link", "file", "image", "lookup", "checkbox", "person", "multi_select", "rollup")
_OF_A_BOARD = ("select", "person", "checkbox", "link")
_DAYS = ("date", "datetime")
CRON_FIELDS = 5


def title(table: Json) -> None:
    """In place: a table begins with a field that a row can be called by."""
    fields = table["fields"]
    if not any(field_kind(f.get("kind", "text")) not in _NO_TITLE for f in fields):
        name = "Name" if not any(f["name"].casefold() == "name" for f in fields) else "Title"
        fields.insert(0, {"id": id_from(name, {f["id"] for f in fields}), "name": name, "kind": "text"})
    first = next(f for f in fields if field_kind(f.get("kind", "text")) not in _NO_TITLE)
    if first is not fields[0]:
        table["title"] = first["id"]


def options(part: Json, new: Json) -> list[Any]:
    """Choices as they are to be; those that were there keep their id and colour."""
    before = {str(o.get("name", "")).casefold(): o for o in part.get("options") or ()}
    said = new["options"] if isinstance(new["options"], list) else [new["options"]]
    return [before.get(str(o.get("name") if isinstance(o, dict) else o).casefold(), o) for o in said]


def fill(raw: Json, touched: list[At], mended: list[str], put: Put) -> None:
    """In place, for the parts of one call."""
    tables = raw.get("tables") or []
    for at in list(touched):
        home = meant(at[1], tables) if at[0] == "tables" else None
        if home is not None and len(at) == 4:
            part = next((f for f in home["fields"] if f["id"] == at[3]), None)
            if part is not None:
                _field(part, home, tables, mended, put)
        elif at[0] == "views":
            _view(next(v for v in raw["views"] if v["id"] == at[1]), tables, mended)
        elif at[0] == "automations":
            _automation(next(a for a in raw["automations"] if a["id"] == at[1]), tables)


def _field(part: Json, home: Json, tables: list[Json], mended: list[str], put: Put) -> None:
    kind = part.get("kind")
    match kind:
        case "link":
            to = meant(part.get("to") or part.get("table") or part["name"], tables)
            if to is not None:
                part["to"] = to["id"]
            part.pop("table", None)
        case "lookup" | "rollup":
            _through(part, home, tables, mended, put)
        case "formula" if isinstance(part.get("formula"), str):
            part["formula"] = meaning.formula(part["formula"], home, tables)
        case "ai":
            part.setdefault("prompt", part.pop("formula", part["name"]))
        case _ if part.get("prompt") and "fill" not in part and kind in FILLABLE:
            part["fill"] = {
                "task": part.pop("task", "extract" if kind not in ("text", "long_text") else "generate"),
                "prompt": part.pop("prompt"),
            }
        case _:
            return


def _through(part: Json, home: Json, tables: list[Json], mended: list[str], put: Put) -> None:
    """A lookup or rollup reads through a link of its own table; where that is missing, it is made."""
    links = [f for f in home["fields"] if f.get("kind") == "link"]
    link = meant(part.get("link", ""), links)
    wanted = part.pop("to", None) or part.pop("table", None) or (part.get("link") if link is None else None)
    to = meant(link["to"], tables) if link else meant(wanted or "", tables)
    if link is None and to is not None:
        link = next((f for f in links if meant(f.get("to", ""), tables) is to), None)
        if link is None and to is not home:
            link = _linked(part, home, to, tables, mended, put)
    if link is None and to is None and part.get("field"):
        reads = [f for f in links if (there := meant(f.get("to", ""), tables)) and meant(part["field"], there["fields"])]
        link = reads[0] if len(reads) == 1 else None
        to = meant(link["to"], tables) if link else None
    if link is not None:
        part["link"] = link["id"]
    if to is not None and part.get("field") and (one := meant(part["field"], to["fields"])):
        part["field"] = one["id"]
    if part["kind"] == "rollup" and not part.get("field"):
        part.setdefault("summary", "count")


def _linked(part: Json, home: Json, to: Json, tables: list[Json], mended: list[str], put: Put) -> Json:
    """The link that a lookup or rollup needs: the other end of one that points here, else a new one."""
    name = to["name"]
    link: Json = {
        "id": id_from(name, {f["id"] for f in home["fields"]}),
        "name": name,
        "kind": "link",
        "to": to["id"],
        "many": part["kind"] == "rollup",
    }
    back = next(
        (f for f in to["fields"] if f.get("kind") == "link" and not f.get("reverse") and meant(f.get("to", ""), tables) is home),
        None,
    )
    if back is not None:
        back["reverse"] = link["id"]
        link |= {"reverse": back["id"], "many": True}
    else:
        mended.append(f"{part['name']} needs a link to {name}, which was added")
    put(("tables", home["id"], "fields", link["id"]), link)
    return link


def _view(view: Json, tables: list[Json], mended: list[str]) -> None:
    table = meant(view.get("table", ""), tables)
    if table is None and view.get("kind") != "dashboard" and len(tables) == 1:
        table = tables[0]
        view["table"] = table["id"]
    if table is None:
        return
    fields = table["fields"]
    kind = view.get("kind")
    if kind == "board" and not view.get("by"):
        _only(view, "by", [f for f in fields if f.get("kind") in _OF_A_BOARD], mended)
    elif kind in ("calendar", "timeline") and not view.get("start"):
        given = meant(view.pop("by", ""), [f for f in fields if f.get("kind") in _DAYS])
        _only(view, "start", [given] if given else [f for f in fields if f.get("kind") in _DAYS], mended)
    elif kind == "form" and not view.get("fields"):
        closed = ("formula", "lookup", "rollup", "autonumber", "created_at", "created_by", "updated_at", "updated_by", "ai")
        view["fields"] = [f["id"] for f in fields if f.get("kind") not in closed]


def _only(view: Json, key: str, fits: list[Json], mended: list[str]) -> None:
    if fits:
        view[key] = fits[0]["id"]
        mended.append(f"{view['name']} goes by {fits[0]['name']}")


def _automation(rule: Json, tables: list[Json]) -> None:
    trigger = rule.get("trigger") or {}
    if trigger.get("kind") == "schedule" and len(str(trigger.get("cron", "")).split()) != CRON_FIELDS:
        words = str(trigger.get("cron") or trigger.get("words") or rule.get("name", ""))
        if found := schedule.schedules(words):
            trigger |= {"cron": found[0].cron, "words": words[:200]}
    table = meant(trigger.get("table", ""), tables)
    if trigger.get("kind") == "date_reached" and not trigger.get("field") and table is not None:
        days = [f for f in table["fields"] if f.get("kind") in _DAYS]
        if days:
            trigger["field"] = days[0]["id"]
    if table is not None:
        _steps(rule.get("steps") or [], table)


def _steps(steps: list[Json], table: Json) -> None:
    for step in steps:
        if step.get("kind") in ("create_row", "update_row", "delete_row", "find_rows", "upsert_row", "aggregate", "changes") or (
            step.get("kind") in ("chart", "sheet") and not step.get("view") and not step.get("rows")
        ):
            step.setdefault("table", table["id"])
        if step.get("kind") == "ai":
            step.setdefault("prompt", step.pop("body", ""))
        for inner in ("then", "otherwise", "steps"):
            _steps(step.get(inner) or [], table)
