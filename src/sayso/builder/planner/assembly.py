"""Names become ids, once, here; sketches of tables and fields become tables and fields."""

import re
from typing import Any

from sayso.builder.planner import options as choice
from sayso.builder.planner.automations.whole.told import Told
from sayso.builder.planner.inflect import lemma, plural, plural_phrase
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch
from sayso.builder.planner.wish import Note
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
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.table import Table

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


def shown_table(name: str) -> str:
    """`work order` becomes `Work orders`, `rfi` `RFIs`."""
    words = plural_phrase(name).split()
    if words and lemma(name) in _ACRONYM_TABLES:
        return name.upper() + "s"
    text = " ".join(words).replace("{", "").replace("}", "").strip() or "Items"
    return cased_name(text)[:NAME_CHARACTERS_MAX] or plural(name)


_ACRONYM_TABLES = frozenset({"rfi", "faq", "kpi", "okr", "sop", "po", "cv", "sku", "rma"})


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
        self.told: dict[int, Told] = {}
        """By `id()` of an automation's sketch: the story that it was built from."""
        self.led: set[int] = set()
        """Sketches in whose place a story was taken."""
        self.rights: tuple[Note, ...] = ()
        """What is told of the rights in the words; their spans are places in the text that was read."""
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
        base = table.origin
        return Table(
            id=self.table_ids[id(table)], name=table.name, icon=base.icon if base else icon_of(table.name), fields=fields,
            title=base.title if base and base.title and any(f.id == base.title for f in fields) else None, description=base.description if base else "",
        )  # fmt: skip

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
                made = (Select if field.kind == "select" else MultiSelect)(**common, options=self.options_of(field))
            case "link" if field.link is not None:
                kept = (
                    field.origin.reverse
                    if isinstance(field.origin, Link) and field.origin.to == self.table_ids[id(field.link)]
                    else None
                )
                made = Link(**common, to=self.table_ids[id(field.link)], many=field.many, reverse=kept)
            case "formula":
                made = Formula(**common, formula=field.formula, **self.shown_as(field, table))
            case "rollup":
                made = self._rollup(field, common)
            case "ai":
                made = Ai(
                    **common,
                    task=field.settings.get("task", "generate"),
                    prompt=str(field.settings.get("prompt", ""))[:2000],
                    slot="image" if field.settings.get("task") == "image" else "text",
                    options=self.options_of(field) if field.options else (),
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

    def options_of(self, field: FieldSketch) -> Any:
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
            options = getattr(chosen.origin, "options", ()) if chosen.origin and not chosen.changed else self.options_of(chosen)
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
                assumed=f"{{table}} shows its {owner.name.lower()}, because those link to it",
            )
            field.settings["reverse_of"] = through
            self.field_ids[id(field)] = id_from(field.name, taken)
            self.paths[id(field)] = f"{self.paths[id(home)]}/fields/{self.field_ids[id(field)]}"
            home.fields.append(field)
            through.settings["reverse"] = reverse = field
        return self.field_ids[id(reverse)]

    def shown_as(self, field: FieldSketch, table: TableSketch) -> dict[str, Any]:
        used = set(re.findall(r"\{([^{}]+)\}", field.formula))
        kinds = {f.kind for t in self.sketch.tables for f in t.fields if f.name in used}
        if (
            "money" in kinds
            and not re.search(r"DATE", field.formula)
            and not re.search(r"\b(?:percent|%|ratio|rate)\b", field.name.lower())
        ):
            return {"shown_as": "money", "currency": self.currency}
        return {}
