"""From a sketch to an app: ids, kinds with their settings, views with their fields, automations with their filters."""

import re
from typing import Any

from sayso.builder.planner import lexicon
from sayso.builder.planner import options as choice
from sayso.builder.planner.conditions import condition
from sayso.builder.planner.inflect import lemma, plural, plural_phrase
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.schedule import sentence
from sayso.builder.planner.sketch import AutomationSketch, FieldSketch, Sketch, StepSketch, TableSketch, ViewSketch
from sayso.builder.planner.views import field_named
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.coworker import Slot, SlotKind
from sayso.spec.fields import (
    Ai,
    AnyField,
    Autonumber,
    Checkbox,
    CreatedAt,
    Date,
    Datetime,
    Duration,
    Email,
    File,
    Formula,
    Image,
    Link,
    LongText,
    Money,
    MultiSelect,
    Number,
    Percent,
    Person,
    Phone,
    Rating,
    Rollup,
    Select,
    Text,
    Url,
)  # fmt: skip
from sayso.spec.fields.link import RollupFilter
from sayso.spec.filter import Bucket, Filter
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.role import Right, Role
from sayso.spec.table import Table
from sayso.spec.view import (
    AnyView,
    Board,
    Calendar,
    Chart,
    ChartShape,
    ChartTile,
    Dashboard,
    Form,
    FormField,
    Gallery,
    Grid,
    ListTile,
    Measure,
    NumberTile,
    Timeline,
)

_PLAIN = {
    "text": Text, "long_text": LongText, "number": Number, "money": Money, "percent": Percent, "date": Date, "datetime": Datetime, "duration": Duration,
    "checkbox": Checkbox, "created_at": CreatedAt, "email": Email, "phone": Phone, "url": Url, "person": Person, "file": File, "image": Image, "rating": Rating, "autonumber": Autonumber,
}  # fmt: skip
_ICONS = (
    (r"client|customer|people|person|member|staff|employee|student|patient|guest|contact|team|volunteer|donor|user|candidate|applicant", "users"), (r"compan|account|organi|supplier|vendor|branch|department", "building-2"),
    (r"task|todo|check|step", "list-checks"), (r"project|program|campaign", "folder-kanban"), (r"order|purchase|cart", "shopping-cart"), (r"invoice|payment|expense|receipt|quote|budget|donation|fee", "receipt"),
    (r"product|item|stock|inventory|material|part|tool|equipment|asset", "package"), (r"ticket|issue|request|complaint|bug|incident", "life-buoy"), (r"event|booking|appointment|reservation|session|class|schedule|shift|visit|lease|viewing", "calendar"),
    (r"vehicle|car|truck|van|driver|trip|deliver", "truck"), (r"property|building|room|unit|house|site|location|venue", "home"), (r"book|article|post|document|note|page|recipe", "book-open"), (r"animal|dog|cat|pet|horse", "paw-print"),
    (r"deal|lead|opportunit|goal|sale", "target"), (r"photo|image|picture|design|banner", "image"), (r"course|lesson|training|exam", "graduation-cap"), (r"review|survey|feedback|interview", "message-square"),
)  # fmt: skip
_CURRENCIES = (
    ("€", "EUR"),
    ("£", "GBP"),
    ("chf", "CHF"),
    ("us$", "USD"),
    ("$", "USD"),
    ("eur", "EUR"),
    ("gbp", "GBP"),
    ("usd", "USD"),
    ("dollar", "USD"),
    ("euro", "EUR"),
    ("pounds", "GBP"),
)


def currency_of(text: str) -> str:
    """The currency that a wish speaks of; dollars when it names none."""
    low = text.lower()
    return next(
        (code for sign, code in _CURRENCIES if (sign in low if not sign.isalpha() else re.search(rf"\b{sign}s?\b", low))), "USD"
    )


def icon_of(name: str) -> str:
    return next((icon for pattern, icon in _ICONS if re.search(pattern, name.lower())), "table")


BUCKETS: tuple[Bucket, ...] = ("day", "week", "month", "quarter", "year")
SHAPES: dict[str, ChartShape] = {"bar": "bar", "line": "line", "area": "area", "pie": "pie", "donut": "donut"}


class Assembly:
    """Names become ids once, here; everything else asks `table_ids` and `field_ids`."""

    def __init__(self, sketch: Sketch, wish: str, title: str, zone: str) -> None:
        self.sketch, self.wish, self.zone = sketch, wish, zone
        self.currency = currency_of(wish)
        self.title = title
        self.table_ids: dict[int, str] = {}
        self.field_ids: dict[int, str] = {}
        self.paths: dict[int, str] = {}
        """By `id()` of a sketch part: where it stands in the spec."""
        self._name_parts()

    def _name_parts(self) -> None:
        taken: set[str] = {t.origin.id for t in self.sketch.tables if t.origin}
        names: set[str] = {t.origin.name.casefold() for t in self.sketch.tables if t.origin}
        for table in self.sketch.tables:
            if not table.named:
                table.name, table.named = shown_table(table.name), True
                while table.name.casefold() in names:
                    table.name += " 2"
            names.add(table.name.casefold())
            self.table_ids[id(table)] = table.origin.id if table.origin else id_from(table.name, taken)
            taken.add(self.table_ids[id(table)])
            self.paths[id(table)] = f"tables/{self.table_ids[id(table)]}"
            self._name_fields(table)

    def _name_fields(self, table: TableSketch) -> None:
        taken = {f.origin.id for f in table.fields if f.origin}
        names: set[str] = set()
        for field in table.fields:
            field.name = " ".join(field.name.replace("{", "").replace("}", "").split())[:NAME_CHARACTERS_MAX].strip() or "Field"
            base, n = field.name, 2
            while field.name.casefold() in names:
                field.name, n = f"{base} {n}", n + 1
            names.add(field.name.casefold())
            self.field_ids[id(field)] = field.origin.id if field.origin else id_from(field.name, taken)
            taken.add(self.field_ids[id(field)])
            self.paths[id(field)] = f"{self.paths[id(table)]}/fields/{self.field_ids[id(field)]}"

    # ── tables and fields ─────────────────────────────────

    def table(self, table: TableSketch) -> Table:
        fields = tuple(self.field(f, table) for f in table.fields)
        title = self.title_of(table)
        base = table.origin
        return Table(
            id=self.table_ids[id(table)], name=table.name, icon=base.icon if base else icon_of(table.name), fields=fields,
            title=base.title if base and base.title and any(f.id == base.title for f in fields) else title, description=base.description if base else "",
        )  # fmt: skip

    def title_of(self, table: TableSketch) -> str | None:
        """The field that rows are called by, when it is not simply the first."""
        if table.origin is not None and table.origin.title_field is not None:
            return None
        return None

    def field(self, field: FieldSketch, table: TableSketch) -> AnyField:
        if field.origin is not None and not field.changed:
            return field.origin
        common: dict[str, Any] = {"id": self.field_ids[id(field)], "name": field.name}
        if field.origin is not None:
            common["description"] = field.origin.description
        if field.kind not in ("formula", "rollup", "lookup", "autonumber", "ai") and field.required:
            common["required"] = True
        if field.unique and field.kind in ("text", "email", "phone", "url", "number"):
            common["unique"] = True
        match field.kind:
            case "select" | "multi_select":
                made = (Select if field.kind == "select" else MultiSelect)(**common, options=self._options(field))
            case "link" if field.link is not None:
                kept = (
                    field.origin.reverse
                    if isinstance(field.origin, Link) and field.origin.to == self.table_ids[id(field.link)]
                    else None
                )
                made = Link(**common, to=self.table_ids[id(field.link)], many=field.many, reverse=kept)
            case "formula":
                made = Formula(**common, formula=field.formula, **self._shown(field, table))
            case "rollup":
                made = self._rollup(field, common)
            case "ai":
                made = Ai(
                    **common,
                    task=field.settings.get("task", "generate"),
                    prompt=str(field.settings.get("prompt", ""))[:2000],
                    slot="image" if field.settings.get("task") == "image" else "text",
                    options=self._options(field) if field.options else (),
                )
            case "money":
                made = Money(**common, currency=field.settings.get("currency", self.currency))
            case "rating":
                made = Rating(**common, maximum=min(max(field.settings.get("maximum", 5), 2), 10))
            case "number":
                made = Number(**common, unit=str(field.settings.get("unit", ""))[:20])
            case "person":
                made = Person(**common, many=field.many)
            case "datetime":
                made = Datetime(**common, zone=self.zone)
            case kind:
                made = _PLAIN.get(kind or "text", Text)(**common)
        return made

    def _options(self, field: FieldSketch) -> Any:
        kept = {o.name.casefold(): o for o in getattr(field.origin, "options", ())}
        fresh = choice.built([o for o in field.options if o.casefold() not in kept])
        made: list[Any] = []
        ids: set[str] = {o.id for o in kept.values()}
        new = iter(fresh)
        for name in field.options:
            if name.casefold() in kept:
                made.append(kept[name.casefold()])
                continue
            option = next(new)
            fresh_id = id_from(option.name, ids)
            ids.add(fresh_id)
            made.append(option.model_copy(update={"id": fresh_id}))
        return tuple(made)

    def _rollup(self, field: FieldSketch, common: dict[str, Any]) -> AnyField:
        through: FieldSketch = field.settings["through"]
        target: FieldSketch | None = field.settings.get("target")
        link = self.link_id(through, next(t for t in self.sketch.tables if field in t.fields))
        if (where := field.settings.get("where")) is not None:
            chosen, name = where
            options = getattr(chosen.origin, "options", ()) if chosen.origin and not chosen.changed else self._options(chosen)
            option = next((o for o in options if o.name.casefold() == name.casefold()), None)
            if option is not None:
                common["where"] = (RollupFilter(field=self.field_ids[id(chosen)], op="is", value=option.id),)
        return Rollup(
            **common,
            link=link,
            field=self.field_ids[id(target)] if target is not None else None,
            summary=field.settings["summary"],
        )

    def link_id(self, through: FieldSketch, home: TableSketch) -> str:
        """The id of the link in `home`: the link itself, or its other end, which is named here when it has none yet."""
        if through in home.fields:
            return self.field_ids[id(through)]
        if isinstance(through.origin, Link) and through.origin.reverse:
            return through.origin.reverse
        return self.reverse_of(through)

    def reverse_of(self, through: FieldSketch) -> str:
        reverse = through.settings.get("reverse")
        if reverse is None:
            home = through.link
            assert home is not None
            owner = next(t for t in self.sketch.tables if through in t.fields)
            taken = {self.field_ids[id(f)] for f in home.fields if id(f) in self.field_ids}
            taken |= {f.id for f in home.origin.fields} if home.origin else set()
            names = {f.name.casefold() for f in home.fields}
            label = owner.name if owner.name.casefold() not in names else f"{owner.name} ({through.name})"
            field = FieldSketch(
                label[:NAME_CHARACTERS_MAX],
                through.span,
                "link",
                link=owner,
                many=True,
                sure=True,
                assumed="the other end of a link",
            )
            field.settings["reverse_of"] = through
            self.field_ids[id(field)] = id_from(field.name, taken)
            self.paths[id(field)] = f"{self.paths[id(home)]}/fields/{self.field_ids[id(field)]}"
            home.fields.append(field)
            through.settings["reverse"] = reverse = field
        return self.field_ids[id(reverse)]

    def _shown(self, field: FieldSketch, table: TableSketch) -> dict[str, Any]:
        used = set(re.findall(r"\{([^{}]+)\}", field.formula))
        kinds = {f.kind for t in self.sketch.tables for f in t.fields if f.name in used}
        if (
            "money" in kinds
            and not re.search(r"DATE", field.formula)
            and not re.search(r"\b(?:percent|%|ratio|rate)\b", field.name.lower())
        ):
            return {"shown_as": "money", "currency": self.currency}
        return {}

    # ── views ─────────────────────────────────────────────

    def pick(self, table: TableSketch, words: str, kinds: tuple[str, ...]) -> FieldSketch | None:
        """The field of a table that a view needs: the one that words name, else the most usual of these kinds."""
        named = field_named(table, words) if words else None
        if named is not None and (named.kind in kinds or (named.kind == "formula" and "date" in kinds)):
            return named
        if (
            words
            and (linked := next((f for f in table.fields if f.link is not None and lemma(f.link.name) == lemma(words)), None))
            and "link" in kinds
        ):
            return linked
        if words and "date" in kinds:
            stems = set(re.findall(r"[a-z]+", words.lower())) & {
                "due",
                "start",
                "end",
                "deadline",
                "expiry",
                "return",
                "close",
                "send",
                "publish",
                "delivery",
                "birthday",
            }
            dated = next(
                (f for f in table.fields if f.kind in kinds and stems & set(re.findall(r"[a-z]+", f.name.lower()))), None
            )
            if dated:
                return dated
        for pattern in _FIRST.get(kinds[0], ("",)):
            found = next((f for f in table.fields if f.kind in kinds and re.search(pattern, f.name.lower())), None)
            if found is not None:
                return found
        return None

    def view(self, view: ViewSketch, taken: set[str], names: set[str]) -> AnyView | None:
        if view.origin is not None:
            return view.origin
        table = view.table
        if view.kind == "dashboard":
            return self._dashboard(view, taken, names)
        if table is None:
            return None
        name = self._view_name(view, table, names)
        common: dict[str, Any] = {"id": id_from(name, taken), "name": name, "table": self.table_ids[id(table)]}
        made: AnyView | None = None
        words = f"{view.by} {view.measure}".strip()
        match view.kind:
            case "board":
                by = self.pick(table, view.by or view.words, ("select", "person", "link", "checkbox"))
                if by is None or (by.kind == "link" and by.many):
                    return None
                made = Board(**common, by=self.field_ids[id(by)], cover=self._cover(table))
                view.by = by.name
            case "calendar" | "timeline":
                start = self.pick(table, view.by or view.measure or view.words, ("date", "datetime", "formula"))
                if start is None or (start.kind == "formula" and not self._moment(start)):
                    start = self.pick(table, "", ("date", "datetime"))
                if start is None:
                    return None
                view.by = start.name
                end = next(
                    (
                        f
                        for f in table.fields
                        if f is not start
                        and f.kind == start.kind
                        and re.search(r"\b(?:end|until|to|finish|due|deadline|departure|check out|return)\b", f.name.lower())
                        and re.search(r"\b(?:start|from|begin|arrival|check in|date|pick)", start.name.lower())
                    ),
                    None,
                )
                made = (Calendar if view.kind == "calendar" else Timeline)(
                    **common, start=self.field_ids[id(start)], end=self.field_ids[id(end)] if end else None
                )
            case "gallery":
                made = Gallery(**common, cover=self._cover(table))
            case "chart":
                made = self._chart(view, table, common)
            case "form":
                made = self._form(view, table, common)
            case _:
                made = self._grid(view, table, common, words)
        if made is not None:
            taken.add(made.id)
            names.add(made.name.casefold())
            self.paths[id(view)] = f"views/{made.id}"
        return made

    def _moment(self, field: FieldSketch) -> bool:
        return field.formula.startswith(("DATEADD", "TODAY")) and field.kind == "formula"

    def _cover(self, table: TableSketch) -> str | None:
        image = next((f for f in table.fields if f.kind == "image"), None)
        return self.field_ids[id(image)] if image else None

    def _view_name(self, view: ViewSketch, table: TableSketch, names: set[str]) -> str:
        if view.name:
            label = view.name
        else:
            by = view.by.strip()
            label = {
                "board": f"{table.name} by {by.lower()}" if by else f"{table.name} board", "calendar": f"{table.name} calendar", "timeline": f"{table.name} timeline",
                "gallery": f"{table.name} gallery", "form": f"{_one(table.name)} form", "grid": table.name if not view.words or view.assumed else f"{_short(view.words)}",
                "chart": f"{cased_name(_short(view.measure) if view.measure else table.name)} by {by.lower()}" if by else f"{table.name} chart",
            }.get(view.kind, table.name)  # fmt: skip
        label = (label.replace("{", "").replace("}", "").strip() or table.name)[: NAME_CHARACTERS_MAX - 4]
        base, n = label, 2
        while label.casefold() in names:
            label, n = f"{base} {n}", n + 1
        return label

    def _grid(self, view: ViewSketch, table: TableSketch, common: dict[str, Any], words: str) -> Grid:
        found: dict[str, Any] = {}
        if view.words and not view.assumed:
            spec = self.table(table)
            filter, _ = condition(view.words, spec)
            found["filter"] = filter
            group = field_named(table, view.by) if view.by else None
            if group is not None and group.kind in ("select", "person", "link", "checkbox", "date", "text"):
                found["groups"] = ({"field": self.field_ids[id(group)]},)
                view.by = group.name
        return Grid(**common, **found)

    def _measure(self, table: TableSketch, words: str) -> Measure:
        low = words.lower()
        field = field_named(table, re.sub(r"\b(?:average|avg|total|sum|number|count|won|lost|open)\b", " ", low)) if low else None
        if field is None and re.search(
            r"\b(?:spend|spent|revenue|sales|value|cost|amount|income|worth|money|budget|hours|total)\b", low
        ):
            field = next(
                (
                    f
                    for f in table.fields
                    if f.kind in ("money", "formula", "rollup")
                    and f.kind != "date"
                    and (f.kind == "money" or "total" in f.name.lower() or "value" in f.name.lower() or "cost" in f.name.lower())
                ),
                None,
            ) or next(
                (f for f in table.fields if f.kind in ("number", "duration") and set(f.name.lower().split()) & set(low.split())),
                None,
            )
        if (
            field is None
            or field.kind not in ("number", "money", "percent", "rating", "duration", "formula", "rollup")
            or self._moment(field)
        ):
            if re.search(r"\b(?:average|avg|mean)\b", low):
                field = next((f for f in table.fields if f.kind in ("rating", "number", "percent", "duration")), None)
            else:
                return Measure()
        if field is None:
            return Measure()
        average = (
            re.search(r"\b(?:average|avg|mean|over\s+time)\b", low) and not re.search(r"\btotal|sum\b", low)
        ) or field.kind in ("rating", "percent")
        return Measure(summary="average" if average else "sum", field=self.field_ids[id(field)])

    def _chart(self, view: ViewSketch, table: TableSketch, common: dict[str, Any]) -> Chart:
        by, bucket = self._axis(view, table)
        shape = SHAPES.get(view.shape, SHAPES["line"] if bucket else SHAPES["bar"])
        if by is not None:
            view.by = by.name
        return Chart(
            **common,
            shape=shape,
            by=self.field_ids[id(by)] if by else None,
            bucket=bucket,
            measure=self._measure(table, f"{view.measure} {view.words}"),
        )

    def _axis(self, view: ViewSketch, table: TableSketch) -> tuple[FieldSketch | None, Bucket | None]:
        words = view.by.lower()
        bucket: Bucket | None = next((b for b in BUCKETS if re.search(rf"\b{b}", words)), None)
        if bucket is None and re.search(r"\bover\s+time\b|\btrend\b|\btime\b", f"{words} {view.words}"):
            bucket = "month" if "month" in view.words else "week"
        if bucket:
            date = self.pick(table, words, ("date", "datetime", "created_at"))
            return (date, bucket) if date else (None, None)
        named = field_named(table, words) if words else None
        if named is None and words:
            named = next(
                (f for f in table.fields if f.link is not None and set(lemma(f.link.name).split()) & set(lemma(words).split())),
                None,
            )
        if named is None and words and lexicon.kind_of(words.strip())[0] == "person":
            named = next(
                (
                    f
                    for f in table.fields
                    if f.kind == "person"
                    or (f.link is not None and lemma(f.link.name) in ("staff", "person", "people", "employee", "team"))
                ),
                None,
            )
        if named is None and words:
            named = self.pick(table, words, ("select", "link", "person")) if not re.search(r"name|title", words) else None
        if named is None and words:
            named = table.fields[0] if table.fields else None
        if named is None:
            named = self.pick(table, view.measure, ("select", "link", "person", "rating", "checkbox"))
        if named is not None and named.kind in ("date", "datetime"):
            return named, "month"
        return named, None

    def _form(self, view: ViewSketch, table: TableSketch, common: dict[str, Any]) -> Form:
        shown = [
            f
            for f in table.fields
            if f.kind not in ("formula", "rollup", "lookup", "ai", "autonumber") and not f.settings.get("reverse_of")
        ]
        if table.fields and len(shown) > 4:
            shown = [
                f for f in shown if not re.fullmatch(r"status|assignee|assigned to|owner|internal notes", f.name.lower())
            ] or shown
        return Form(
            **common,
            fields=tuple(FormField(field=self.field_ids[id(f)], required=f.required) for f in shown),
            title=view.name or common["name"],
        )

    def _dashboard(self, view: ViewSketch, taken: set[str], names: set[str]) -> Dashboard | None:
        tables = [view.table] if view.table else []
        tables += [t for t in sorted(self.sketch.tables, key=lambda t: -t.weight - len(t.fields)) if t not in tables]
        tiles: list[Any] = []
        ids: set[str] = set()

        def tile(kind: Any, name: str, table: TableSketch, **more: Any) -> None:
            part = id_from(name, ids)
            ids.add(part)
            tiles.append(kind(id=part, name=name[:NAME_CHARACTERS_MAX], table=self.table_ids[id(table)], **more))

        if not tables:
            return None
        for table in tables[:3]:
            tile(NumberTile, table.name, table)
        main = tables[0]
        money = next((f for f in main.fields if f.kind == "money" or (f.kind == "formula" and self._shown(f, main))), None)
        if money is not None:
            tile(NumberTile, f"Total {money.name.lower()}", main, measure=Measure(summary="sum", field=self.field_ids[id(money)]))
        if view.by or view.measure:
            by, bucket = self._axis(view, main)
            tile(
                ChartTile,
                _short(view.measure or view.words).capitalize() or main.name,
                main,
                by=self.field_ids[id(by)] if by else None,
                bucket=bucket,
                measure=self._measure(main, f"{view.measure} {view.words}"),
            )
            if by is not None:
                view.by = by.name
        for table in tables[:3]:
            grouped = self.pick(table, "", ("select",))
            if grouped is not None and grouped.options and len(tiles) < 8:
                tile(
                    ChartTile,
                    f"{table.name} by {grouped.name.lower()}",
                    table,
                    by=self.field_ids[id(grouped)],
                    shape="donut" if len(grouped.options) <= 5 else "bar",
                )
        shown = [f for f in main.fields[:4] if f.kind not in ("link", "image", "file")]
        tile(ListTile, f"Latest {main.name.lower()}", main, fields=tuple(self.field_ids[id(f)] for f in shown))
        name = view.name or "Dashboard"
        while name.casefold() in names:
            name += " 2"
        made = Dashboard(id=id_from(name, taken), name=name, tiles=tuple(tiles))
        taken.add(made.id)
        names.add(name.casefold())
        self.paths[id(view)] = f"views/{made.id}"
        return made

    # ── automations, roles ────────────────────────────────

    def automation(
        self, rule: AutomationSketch, specs: dict[str, Table], views: tuple[AnyView, ...], taken: set[str], names: set[str]
    ) -> Automation | None:
        if rule.origin is not None and not rule.assumed.startswith("changed"):
            return rule.origin
        table = self.table_ids.get(id(rule.table)) if rule.table is not None else None
        trigger = self._trigger(rule, table, specs, views)
        if trigger is None:
            return None
        made = [s for s in (self._step(s, specs, table) for s in rule.steps) if s is not None]
        label = automation_name(rule, rule.table)
        base, n = label, 2
        while label.casefold() in names:
            label, n = f"{base} {n}", n + 1
        part = rule.origin.id if rule.origin else id_from(label, taken)
        taken.add(part)
        names.add(label.casefold())
        self.paths[id(rule)] = f"automations/{part}"
        return Automation.model_validate({"id": part, "name": label, "on": False, "trigger": trigger, "steps": made})

    def _trigger(
        self, rule: AutomationSketch, table: str | None, specs: dict[str, Table], views: tuple[AnyView, ...]
    ) -> dict[str, Any] | None:
        spec = specs.get(table or "")
        filter, fields = condition(rule.when, spec) if spec is not None and rule.when else (Filter(), ())
        match rule.trigger:
            case "schedule":
                return {"kind": "schedule", "cron": rule.cron, "words": rule.words[:300], **({"table": table} if table else {})}
            case "webhook":
                return {"kind": "webhook"}
            case "form_submitted":
                form = next((v for v in views if isinstance(v, Form) and v.table == table), None)
                if form is None:
                    return {"kind": "row_created", "table": table} if table else None
                return {"kind": "form_submitted", "view": form.id}
            case "date_reached" if spec is not None:
                date = next((f for f in spec.fields if f.name == rule.date), None)
                if date is None or date.kind not in ("date", "datetime", "formula"):
                    return {"kind": "schedule", "cron": "0 9 * * *", "words": rule.words[:300], "table": table}
                return {
                    "kind": "date_reached",
                    "table": table,
                    "field": date.id,
                    "days": max(-3650, min(rule.days, 3650)),
                    "filter": filter,
                }
            case "row_created" if table:
                return {"kind": "row_created", "table": table, "filter": filter}
            case "row_changed" if table:
                return {"kind": "row_changed", "table": table, "fields": fields, "filter": filter}
            case _:
                return None

    def _step(self, step: StepSketch, specs: dict[str, Table], table: str | None) -> dict[str, Any] | None:
        body = _message(step.words)
        match step.kind:
            case "send_email":
                return {"kind": "send_email", "to": step.to, "subject": _short(body).capitalize()[:120], "body": body}
            case "send_message":
                return {"kind": "send_message", "via": step.via, "to": step.to, "body": body}
            case "notify":
                return {"kind": "notify", "to": step.to, "body": body}
            case "ai":
                return {
                    "kind": "ai",
                    "task": step.via or "generate",
                    "slot": "image" if step.via == "image" else "text",
                    "prompt": step.words.strip()[:2000],
                    **self._into(step, specs, table),
                }
            case "create_row" if step.table is not None:
                return {"kind": "create_row", "table": self.table_ids[id(step.table)], "values": {}}
            case "update_row":
                target = self.table_ids.get(id(step.table)) if step.table is not None else table
                spec = specs.get(target or "")
                if spec is None:
                    return None
                return {
                    "kind": "update_row",
                    "table": spec.id,
                    "values": _values(step.words, spec),
                    **({"filter": Filter()} if False else {}),
                }
            case "delete_row":
                target = self.table_ids.get(id(step.table)) if step.table is not None else table
                return {"kind": "delete_row", "table": target} if target else None
            case _:
                return None

    def _into(self, step: StepSketch, specs: dict[str, Table], table: str | None) -> dict[str, Any]:
        spec = specs.get(table or "")
        named = step.values.get("into")
        if spec and named is not None:
            return {"into": self.field_ids[id(named)]} if spec.field(self.field_ids.get(id(named), "")) else {}
        field = next((f for f in spec.fields if isinstance(f, Ai) and f.task == step.via), None) if spec else None
        return {"into": field.id} if field else {}

    def role(self, role: Any, taken: set[str], names: set[str], specs: dict[str, Table]) -> Role | None:
        if role.origin is not None:
            return role.origin
        if role.name.casefold() in names:
            return None
        rights: dict[str, Right] = {}
        for right in role.rights:
            table = self.table_ids.get(id(right["table"]))
            if table and table not in rights:
                rights[table] = Right(table=table, may=right["may"])
        names.add(role.name.casefold())
        part = id_from(role.name, taken)
        taken.add(part)
        self.paths[id(role)] = f"roles/{part}"
        return Role(id=part, name=role.name, description=" ".join(role.words.split())[:400], rights=tuple(rights.values()))


_FIRST = {
    "select": (r"\bstatus\b", r"\b(?:stage|state|phase)\b", r"\b(?:category|type|priority)\b", ""),
    "date": (r"\b(?:due|deadline)\b", r"\b(?:start|from|date|day|begin|scheduled)\b", ""),
}


def _values(words: str, spec: Table) -> dict[str, Any]:
    """What an update sets: the choice or tick that the words after `to` or `as` name."""
    text = f" {words.lower()} "
    for field in spec.fields:
        if isinstance(field, Select):
            for option in field.options:
                if re.search(rf"\b(?:to|as|=|it|status)\s+[\"']?{re.escape(option.name.lower())}\b", text):
                    return {field.id: option.id}
        if isinstance(field, Checkbox) and re.search(rf"\b(?:as|is|=)\s+{re.escape(field.name.lower())}\b", text):
            return {field.id: True}
    return {}


def _message(words: str) -> str:
    text = " ".join(words.replace("{", "").replace("}", "").split()).strip(" ,.;:-–>")
    return text[:1].upper() + text[1:400]


def _short(words: str) -> str:
    text = " ".join(words.replace("{", "").replace("}", "").split()).strip(" ,.;:-–>")
    text = re.sub(r"^(?:(?:i|we|they)\s+(?:want|need|would like)\s+)?(?:to see\s+)?(?:an?|the)\s+", "", text)
    return (text[:1].upper() + text[1:])[:60].strip()


def _one(name: str) -> str:
    return name[:1].upper() + lemma(name)[1:] if name else name


def automation_name(rule: AutomationSketch, table: TableSketch | None) -> str:
    """`Every Monday at 09:00: e-mail the managers` in few words."""
    does = {
        "send_email": "e-mail",
        "send_message": "message",
        "notify": "notify",
        "ai": "ask the model",
        "create_row": "add a row",
        "update_row": "update",
        "delete_row": "delete",
    }
    kinds = list(dict.fromkeys(does.get(s.kind, s.kind) for s in rule.steps))
    to = next((s.to for s in rule.steps if s.to), "")
    act = f"{' and '.join(kinds)}{f' {to}' if to else ''}"
    name = table.name.lower() if table else ""
    match rule.trigger:
        case "schedule":
            lead = sentence(rule.cron)
        case "date_reached":
            lead = (
                f"{abs(rule.days)} days {'before' if rule.days < 0 else 'after'} {rule.date.lower()}"
                if rule.days
                else f"on {rule.date.lower()}"
            )
        case "row_created":
            lead = f"new in {name}"
        case "form_submitted":
            lead = f"form of {name} sent"
        case "webhook":
            lead = "webhook received"
        case _:
            lead = f"change in {name}"
    label = f"{lead}: {act}".replace("{", "").replace("}", "")
    return (label[:1].upper() + label[1:])[: NAME_CHARACTERS_MAX - 6]


def shown_table(name: str) -> str:
    """`work order` becomes `Work orders`, `rfi` `RFIs`."""
    words = plural_phrase(name).split()
    if words and lemma(name) in _ACRONYM_TABLES:
        return name.upper() + "s"
    text = " ".join(words).replace("{", "").replace("}", "").strip() or "Items"
    return cased_name(text)[:NAME_CHARACTERS_MAX] or plural(name)


_ACRONYM_TABLES = frozenset({"rfi", "faq", "kpi", "okr", "sop", "po", "cv", "sku", "rma"})


def app(sketch: Sketch, wish: str, title: str, zone: str) -> tuple[App, Assembly]:
    """The whole app of a sketch, not yet checked."""
    work = Assembly(sketch, wish, title, zone)
    for table in sketch.tables:
        for field in list(table.fields):
            if field.kind == "rollup" and field.settings.get("through") is not None and (field.origin is None or field.changed):
                work.link_id(field.settings["through"], table)
    tables = tuple(_with_reverse(work, t) for t in sketch.tables)
    specs = {t.id: t for t in tables}
    kept = sketch.origin
    taken: set[str] = {v.id for v in kept.views} if kept else set()
    names: set[str] = {v.origin.name.casefold() for v in sketch.views if v.origin}
    views = tuple(v for v in (work.view(s, taken, names) for s in sketch.views) if v is not None)
    taken = {a.origin.id for a in sketch.automations if a.origin}
    names = {a.origin.name.casefold() for a in sketch.automations if a.origin}
    automations = tuple(a for a in (work.automation(r, specs, views, taken, names) for r in sketch.automations) if a is not None)
    taken = {r.origin.id for r in sketch.roles if r.origin}
    names = {r.origin.name.casefold() for r in sketch.roles if r.origin}
    roles = tuple(r for r in (work.role(r, taken, names, specs) for r in sketch.roles) if r is not None)
    slots = _slots(tables, automations, kept)
    if kept is not None:
        return kept.model_copy(
            update={
                "name": sketch.title or kept.name,
                "tables": tables,
                "views": views,
                "automations": automations,
                "roles": roles,
                "slots": slots,
            }
        ), work
    name = " ".join((title or "").replace("{", "").replace("}", "").split())[:NAME_CHARACTERS_MAX] or "New app"
    return App(
        id=id_from(name),
        name=name,
        icon=icon_of(" ".join(t.name for t in sketch.tables[:1])),
        hue=_hue(name),
        zone=zone,
        tables=tables,
        views=views,
        automations=automations,
        roles=roles,
        slots=slots,
    ), work


def _with_reverse(work: Assembly, table: TableSketch) -> Table:
    made = work.table(table)
    fields = list(made.fields)
    for i, sketch in enumerate(table.fields):
        field = fields[i]
        if isinstance(field, Link):
            if (through := sketch.settings.get("reverse_of")) is not None:
                fields[i] = field.model_copy(update={"reverse": work.field_ids[id(through)]})
            elif (other := sketch.settings.get("reverse")) is not None:
                fields[i] = field.model_copy(update={"reverse": work.field_ids[id(other)]})
    return made.model_copy(update={"fields": tuple(fields)})


def _hue(name: str) -> int:
    return sum((i + 7) * ord(c) for i, c in enumerate(name)) % 12 * 30 + 10


def _slots(tables: tuple[Table, ...], automations: tuple[Automation, ...], kept: App | None) -> tuple[Slot, ...]:
    """The places that the AI parts name: `text` and `image`, as far as they are used."""
    used = {f.slot for t in tables for f in t.fields if isinstance(f, Ai)} | {
        s.slot for a in automations for s in a.steps if s.kind == "ai"
    }
    have = list(kept.slots) if kept else []
    kinds: tuple[tuple[SlotKind, str], ...] = (("text", "Text"), ("image", "Pictures"))
    for id, name in kinds:
        if id in used and all(s.id != id for s in have):
            have.append(Slot(id=id, name=name, kind=id))
    return tuple(have)
