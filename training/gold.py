"""From an annotated wish to a case with its gold spec, in the plain shape that `sayso.builder.evals.predictions` reads and writes.

Parts that the words imply but do not name (`@more` fields, a table's title, `@optional`) are optional: they count neither for nor against,
but for links between tables that are both named: those are wanted.
A kind that another good builder would choose as well is in `alt`.
"""

import re
from typing import Any

from training.annotated import Annotated, Mark

Json = dict[str, Any]
_TIME = re.compile(
    r"\d(?:[:.h]\d\d|\s*[ap]m?\b|\s*o'?clock|h\b)|\b(?:at|@)\s+\w|noon|midday|midnight|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|\b\d{4}\b|\d\s*$"
)
"""Words of a schedule that say an hour; where none does, any hour is right."""
_TYPES = {"boolean": "checkbox", "address": "text"}
_ALSO = {
    "text": ("long_text",), "long_text": ("text",), "date": ("datetime",), "datetime": ("date",), "number": ("duration",),
    "duration": ("number",), "formula": ("rollup",), "rollup": ("formula",), "file": ("image",), "image": ("file",),
}  # fmt: skip
_TRIGGERS = {"row_changed": "row_updated"}
_ACTIONS = {"slack": "send_slack", "sms": "send_sms"}
_TASKS = {"summarise": "summarize", "answer": "generate", "draft": "generate", "write": "generate"}


def case(wish: Annotated) -> Json:
    """`{"id", "style", "kind", "prompt", "given"?, "gold", "expect", "unread"}`."""
    made = _Gold(wish)
    out: Json = {"id": wish.id, "style": wish.style, "kind": wish.sort, "writer": wish.writer, "prompt": wish.text}
    if wish.given:
        out["given"] = _given(wish)
    return out | {"gold": made.spec, "expect": wish.expect, "unread": list(wish.unread)}


class _Gold:
    """Collects the spec that a wish's marks mean."""

    def __init__(self, wish: Annotated) -> None:
        self.spec = _given(wish) if wish.given else {"tables": [], "views": [], "automations": [], "ai": [], "roles": []}
        self.wish = wish
        self.rules: dict[str, Json] = {}
        if wish.expect == "plan" or wish.given:
            for more in wish.more:
                self._more(more)
            for mark in sorted(wish.marks, key=lambda m: m.tag == "E"):
                self._mark(mark)
            self.spec["automations"] += [r for r in self.rules.values() if r.get("trigger")]
            self._named_links()
            self._optional()

    def table(self, name: str, *, optional: bool = False) -> Json:
        name = name.strip()
        found = next((t for t in self.spec["tables"] if t["name"].lower() == name.lower()), None)
        if found is None:
            found = (
                {"name": name, "fields": [], "fresh": True, "optional": True}
                if optional
                else {"name": name, "fields": [], "fresh": True}
            )
            self.spec["tables"].append(found)
        elif not optional:
            found.pop("optional", None)
        return found

    def field(self, table: str, name: str, kind: str, *, optional: bool = False) -> Json:
        home, name = self.table(table, optional=optional), name.strip()
        found = next((f for f in home["fields"] if f["name"].lower() == name.lower()), None)
        if found is None:
            found = {"name": name, "type": _TYPES.get(kind, kind)}
            if also := _ALSO.get(kind):
                found["alt"] = list(also)
            if optional:
                found["optional"] = True
            home["fields"].append(found)
        elif not optional:
            found.pop("optional", None)
        return found

    def _link(self, table: str, name: str, to: str, *, optional: bool = False) -> None:
        found = self.field(table, name, "link", optional=optional)
        self.table(to, optional=optional)
        found |= {
            "type": "link",
            "link_to": next(t["name"] for t in self.spec["tables"] if t["name"].lower() == to.strip().lower()),
        }
        found.pop("alt", None)

    def _more(self, line: str) -> None:
        table, _, fields = line.partition(":")
        self.table(table, optional=True)
        for one in filter(str.strip, fields.split(",")):
            if ">" in one:
                name, _, to = one.partition(">")
                self._link(table, name, to.lstrip(">"), optional=True)
            else:
                name, _, kind = one.partition(":")
                self.field(table, name, kind.strip(), optional=True)

    def _named_links(self) -> None:
        """A link that is only implied is wanted all the same when the words name both of its tables."""
        named = {t["name"] for t in self.spec["tables"] if not t.get("optional")}
        for table in self.spec["tables"]:
            for field in table["fields"]:
                if field["type"] == "link" and {table["name"], field["link_to"]} <= named:
                    field.pop("optional", None)

    def _mark(self, mark: Mark) -> None:
        words = self.wish.text[mark.start : mark.end]
        match mark.tag:
            case "T":
                _aka(self.table(mark.args), words)
            case "F" | "X":
                path, _, kind = mark.args.rpartition(":")
                table, _, name = path.partition(".")
                _aka(self.field(table, name, kind), words)
            case "L":
                path, to = re.split(r">>?", mark.args, maxsplit=1)
                table, _, name = path.partition(".")
                self._link(table, name, to)
                _aka(self.field(table, name, "link"), words)
            case "O":
                self._choices(mark, words)
            case "V":
                self._view(mark.args)
            case "R":
                self.spec["roles"].append(mark.args) if mark.args not in self.spec["roles"] else None
            case "A":
                task, _, path = mark.args.partition(" ")
                table, _, name = path.partition(".")
                self.spec["ai"].append({"kind": _TASKS.get(task, task), "table": table, "field": name})
                self.field(table, name, "ai", optional=True).setdefault("alt", []).append("long_text")
            case "W" | "S" | "C" | "D":
                self._rule(mark)
            case _:
                self._edit(mark.args)

    def _choices(self, mark: Mark, words: str) -> None:
        path, _, listed = mark.args.partition("=")
        table, _, name = path.partition(".")
        names = listed.split(";") if listed else re.split(r"\s*(?:,|/|;|\||\bor\b|\band\b|>|→)\s*(?:(?:or|and)\s+)?", words)
        field = self.field(table, name, "select")
        if field["type"] not in ("select", "multi_select"):
            field |= {"type": "select"}
            field.pop("alt", None)
        have = field.setdefault("options", [])
        have += [n.strip(" .\"'") for n in names if n.strip(" .\"'") and n.strip(" .\"'") not in have]

    def _view(self, args: str) -> None:
        kind, _, rest = args.partition(" ")
        table, _, by = rest.partition(" by ")
        view: Json = {"type": kind, "table": table.strip() or None}
        if by:
            view["by"] = by.strip()
        if view not in self.spec["views"]:
            self.spec["views"].append(view)

    def _rule(self, mark: Mark) -> None:
        rule = self.rules.setdefault(re.sub(r"\D", "", mark.rule), {"actions": []})
        if mark.tag == "S":
            rule |= {"trigger": "schedule", "cron": mark.args}
            if not _TIME.search(self.wish.text[mark.start : mark.end].lower()):
                rule["time_free"] = True
        elif mark.tag == "W":
            kind, _, path = mark.args.partition(" ")
            table, _, _ = path.partition(".")
            rule |= {"trigger": _TRIGGERS.get(kind, kind), "table": table or None}
        elif mark.tag == "D":
            kind, _, _ = mark.args.partition(" ")
            rule["actions"].append(
                _ACTIONS.get(kind, "ai_image" if kind == "ai_image" else "ai_generate" if kind.startswith("ai") else kind)
            )

    def _edit(self, args: str) -> None:
        what, _, rest = args.partition(" ")
        path, _, new = rest.partition("=")
        table, _, name = path.partition(".")
        home = next((t for t in self.spec["tables"] if t["name"].lower() == table.split(":")[0].strip().lower()), None)
        name, _, kind = name.partition(":")
        field = next((f for f in home["fields"] if f["name"].lower() == name.strip().lower()), None) if home else None
        if what == "rename" and field is not None:
            for view in self.spec["views"]:
                if view.get("table") == home["name"] and view.get("by") == field["name"]:  # type: ignore[index]
                    view["by"] = new
            field["name"] = new
        elif what == "rename" and home is not None and not name:
            self._renamed(home, new)
        elif what == "remove" and field is not None:
            home["fields"].remove(field)  # type: ignore[index]
            gone = (home["name"], field["name"])  # type: ignore[index]
            self.spec["views"] = [v for v in self.spec["views"] if (v.get("table"), v.get("by")) != gone]
        elif what == "remove" and home is not None and not name:
            self._removed(home)
        elif what == "kind" and field is not None:
            field["type"] = _TYPES.get(kind, kind)
            field.pop("alt", None)
        elif what == "remove_view":
            kind, _, of = rest.partition(" ")
            self.spec["views"] = [v for v in self.spec["views"] if v["type"] != kind or (of and v.get("table") != of.strip())]

    def _renamed(self, home: Json, new: str) -> None:
        old, home["name"] = home["name"], new
        for t in self.spec["tables"]:
            for f in t["fields"]:
                if f.get("link_to") == old:
                    f["link_to"] = new
        for view in (*self.spec["views"], *self.spec["automations"]):
            if view.get("table") == old:
                view["table"] = new

    def _removed(self, home: Json) -> None:
        self.spec["tables"].remove(home)
        for t in self.spec["tables"]:
            t["fields"] = [f for f in t["fields"] if f.get("link_to") != home["name"]]
        self.spec["views"] = [v for v in self.spec["views"] if v.get("table") != home["name"]]

    def _optional(self) -> None:
        for path in self.wish.optional:
            table, _, name = path.partition(".")
            for t in self.spec["tables"]:
                if t["name"].lower() == table.strip().lower():
                    if not name:
                        t["optional"] = True
                    for f in t["fields"]:
                        if f["name"].lower() == name.strip().lower():
                            f["optional"] = True
        for table in self.spec["tables"]:
            if table.pop("fresh", False):
                for title in ("Name", "Number", "Title"):
                    if not any(f["name"].lower() == title.lower() for f in table["fields"]):
                        table["fields"].append(
                            {"name": title, "type": "text", "alt": ["autonumber", "number", "long_text"], "optional": True}
                        )
        known = {t["name"].lower() for t in self.spec["tables"]}
        for view in (*self.spec["views"], *self.spec["automations"]):
            if view.get("table") and view["table"].lower() not in known:
                view["table"] = None


def _aka(part: Json, words: str) -> None:
    """The very words of the wish are as good a name as the annotated one."""
    plain = re.sub(r"\s*[(=].*$", "", " ".join(words.split())).strip(" .:\"'") or words
    if plain.lower() != part["name"].lower() and plain not in part.setdefault("aka", []):
        part["aka"].append(plain)


def _given(wish: Annotated) -> Json:
    """The app of an edit, from `@given` and `@given_views`."""
    spec: Json = {"tables": [], "views": [], "automations": [], "ai": [], "roles": []}
    for one in filter(str.strip, wish.given.split(";")):
        m = re.fullmatch(r"\s*([^(]+)\((.*)\)\s*", one)
        if m is None:
            continue
        fields: list[Json] = []
        for raw in re.findall(r"[^,\[]+(?:\[[^\]]*\])?", m[2]):
            name, mark, kind = re.split(r"(:|>>?)", raw, maxsplit=1) if re.search(r":|>", raw) else (raw, ":", "text")
            if mark != ":":
                fields.append({"name": name.strip(), "type": "link", "link_to": kind.strip()})
                continue
            kind, _, listed = kind.partition("[")
            field: Json = {"name": name.strip(), "type": _TYPES.get(kind.strip(), kind.strip())}
            if listed:
                field["options"] = [o.strip() for o in listed.rstrip("] ").split("|")]
            fields.append(field)
        spec["tables"].append({"name": m[1].strip(), "fields": fields})
    names = {t["name"].lower(): t["name"] for t in spec["tables"]}
    for t in spec["tables"]:
        t["fields"] = [f for f in t["fields"] if f["type"] != "link" or f["link_to"].lower() in names]
        for f in t["fields"]:
            if f["type"] == "link":
                f["link_to"] = names[f["link_to"].lower()]
    for one in filter(str.strip, wish.given_views.split(";")):
        kind, _, rest = one.strip().partition(" ")
        table, _, by = rest.partition(" by ")
        spec["views"].append(
            {"type": kind, "table": names.get(table.strip().lower(), table.strip() or None)} | ({"by": by.strip()} if by else {})
        )
    return spec
