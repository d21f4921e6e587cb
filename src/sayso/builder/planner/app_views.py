"""Sketches of views become views: which field a board goes by, what a chart measures, which tiles a dashboard has."""

import re
from typing import Any

from sayso.builder.planner import lexicon
from sayso.builder.planner.assembly import Assembly
from sayso.builder.planner.conditions import condition
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import FieldSketch, TableSketch, ViewSketch
from sayso.builder.planner.views import field_named
from sayso.spec.filter import Bucket
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
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

BUCKETS: tuple[Bucket, ...] = ("day", "week", "month", "quarter", "year")


SHAPES: dict[str, ChartShape] = {"bar": "bar", "line": "line", "area": "area", "pie": "pie", "donut": "donut"}


_FIRST = {
    "select": (r"\bstatus\b", r"\b(?:stage|state|phase)\b", r"\b(?:category|type|priority)\b", ""),
    "date": (r"\b(?:due|deadline)\b", r"\b(?:start|from|date|day|begin|scheduled)\b", ""),
}


def short_words(words: str) -> str:
    text = " ".join(words.replace("{", "").replace("}", "").split()).strip(" ,.;:-–>")
    text = re.sub(r"^(?:(?:i|we|they)\s+(?:want|need|would like)\s+)?(?:to see\s+)?(?:an?|the)\s+", "", text)
    return (text[:1].upper() + text[1:])[:60].strip()


def _one(name: str) -> str:
    return name[:1].upper() + lemma(name)[1:] if name else name


def pick(work: Assembly, table: TableSketch, words: str, kinds: tuple[str, ...]) -> FieldSketch | None:
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
        dated = next((f for f in table.fields if f.kind in kinds and stems & set(re.findall(r"[a-z]+", f.name.lower()))), None)
        if dated:
            return dated
    for pattern in _FIRST.get(kinds[0], ("",)):
        found = next((f for f in table.fields if f.kind in kinds and re.search(pattern, f.name.lower())), None)
        if found is not None:
            return found
    return None


def shown_view(work: Assembly, view: ViewSketch, taken: set[str], names: set[str]) -> AnyView | None:
    if view.origin is not None:
        return view.origin
    table = view.table
    if view.kind == "dashboard":
        return _dashboard(work, view, taken, names)
    if table is None:
        return None
    name = _view_name(work, view, table, names)
    common: dict[str, Any] = {"id": id_from(name, taken), "name": name, "table": work.table_ids[id(table)]}
    made: AnyView | None = None
    words = f"{view.by} {view.measure}".strip()
    match view.kind:
        case "board":
            by = pick(work, table, view.by or view.words, ("select", "person", "link", "checkbox"))
            if by is None or (by.kind == "link" and by.many):
                return None
            made = Board(**common, by=work.field_ids[id(by)], cover=_cover(work, table))
            view.by = by.name
        case "calendar" | "timeline":
            start = pick(work, table, view.by or view.measure or view.words, ("date", "datetime", "formula"))
            if start is None or (start.kind == "formula" and not _moment(work, start)):
                start = pick(work, table, "", ("date", "datetime"))
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
                **common, start=work.field_ids[id(start)], end=work.field_ids[id(end)] if end else None
            )
        case "gallery":
            made = Gallery(**common, cover=_cover(work, table))
        case "chart":
            made = _chart(work, view, table, common)
        case "form":
            made = _form(work, view, table, common)
        case _:
            made = _grid(work, view, table, common, words)
    if made is not None:
        taken.add(made.id)
        names.add(made.name.casefold())
        work.paths[id(view)] = f"views/{made.id}"
    return made


def _moment(work: Assembly, field: FieldSketch) -> bool:
    return field.formula.startswith(("DATEADD", "TODAY")) and field.kind == "formula"


def _cover(work: Assembly, table: TableSketch) -> str | None:
    image = next((f for f in table.fields if f.kind == "image"), None)
    return work.field_ids[id(image)] if image else None


def _view_name(work: Assembly, view: ViewSketch, table: TableSketch, names: set[str]) -> str:
    if view.name:
        label = view.name
    else:
        by = view.by.strip()
        label = {
            "board": f"{table.name} by {by.lower()}" if by else f"{table.name} board", "calendar": f"{table.name} calendar", "timeline": f"{table.name} timeline",
            "gallery": f"{table.name} gallery", "form": f"{_one(table.name)} form", "grid": table.name if not view.words or view.assumed else f"{short_words(view.words)}",
            "chart": f"{cased_name(short_words(view.measure) if view.measure else table.name)} by {by.lower()}" if by else f"{table.name} chart",
        }.get(view.kind, table.name)  # fmt: skip
    label = (label.replace("{", "").replace("}", "").strip() or table.name)[: NAME_CHARACTERS_MAX - 4]
    base, n = label, 2
    while label.casefold() in names:
        label, n = f"{base} {n}", n + 1
    return label


def _grid(work: Assembly, view: ViewSketch, table: TableSketch, common: dict[str, Any], words: str) -> Grid:
    found: dict[str, Any] = {}
    if view.words and not view.assumed:
        spec = work.table(table)
        filter, _ = condition(view.words, spec)
        found["filter"] = filter
        group = field_named(table, view.by) if view.by else None
        if group is not None and group.kind in ("select", "person", "link", "checkbox", "date", "text"):
            found["groups"] = ({"field": work.field_ids[id(group)]},)
            view.by = group.name
    return Grid(**common, **found)


def _measure(work: Assembly, table: TableSketch, words: str) -> Measure:
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
        or _moment(work, field)
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
    return Measure(summary="average" if average else "sum", field=work.field_ids[id(field)])


def _chart(work: Assembly, view: ViewSketch, table: TableSketch, common: dict[str, Any]) -> Chart:
    by, bucket = _axis(work, view, table)
    shape = SHAPES.get(view.shape, SHAPES["line"] if bucket else SHAPES["bar"])
    if by is not None:
        view.by = by.name
    return Chart(
        **common,
        shape=shape,
        by=work.field_ids[id(by)] if by else None,
        bucket=bucket,
        measure=_of_chart(work, view, table),
    )


def _of_chart(work: Assembly, view: ViewSketch, table: TableSketch) -> Measure:
    """What is measured is said before "per" and "by"; the rest of the sentence is asked only when that names no figure."""
    said = _measure(work, table, view.measure)
    return said if said.field else _measure(work, table, f"{view.measure} {view.words}")


def _axis(work: Assembly, view: ViewSketch, table: TableSketch) -> tuple[FieldSketch | None, Bucket | None]:
    words = view.by.lower()
    bucket: Bucket | None = next((b for b in BUCKETS if re.search(rf"\b{b}", words)), None)
    if bucket is None and re.search(r"\bover\s+time\b|\btrend\b|\btime\b", f"{words} {view.words}"):
        bucket = "month" if "month" in view.words else "week"
    if bucket:
        date = pick(work, table, words, ("date", "datetime", "created_at"))
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
        named = pick(work, table, words, ("select", "link", "person")) if not re.search(r"name|title", words) else None
    if named is None and words:
        named = table.fields[0] if table.fields else None
    if named is None:
        named = pick(work, table, view.measure, ("select", "link", "person", "rating", "checkbox"))
    if named is not None and named.kind in ("date", "datetime"):
        return named, "month"
    return named, None


def _form(work: Assembly, view: ViewSketch, table: TableSketch, common: dict[str, Any]) -> Form:
    shown = [
        f
        for f in table.fields
        if f.kind not in ("formula", "rollup", "lookup", "ai", "autonumber", "created_at", "updated_at")
        and not f.settings.get("reverse_of")
    ]
    if table.fields and len(shown) > 4:
        shown = [
            f for f in shown if not re.fullmatch(r"status|assignee|assigned to|owner|internal notes", f.name.lower())
        ] or shown
    return Form(
        **common,
        fields=tuple(FormField(field=work.field_ids[id(f)], required=f.required) for f in shown),
        title=view.name or common["name"],
    )


def _dashboard(work: Assembly, view: ViewSketch, taken: set[str], names: set[str]) -> Dashboard | None:
    tables = [view.table] if view.table else []
    tables += [t for t in sorted(work.sketch.tables, key=lambda t: -t.weight - len(t.fields)) if t not in tables]
    tiles: list[Any] = []
    ids: set[str] = set()

    def tile(kind: Any, name: str, table: TableSketch, **more: Any) -> None:
        part = id_from(name, ids)
        ids.add(part)
        tiles.append(kind(id=part, name=name[:NAME_CHARACTERS_MAX], table=work.table_ids[id(table)], **more))

    if not tables:
        return None
    for table in tables[:3]:
        tile(NumberTile, table.name, table)
    main = tables[0]
    money = next((f for f in main.fields if f.kind == "money" or (f.kind == "formula" and work.shown_as(f, main))), None)
    if money is not None:
        tile(NumberTile, f"Total {money.name.lower()}", main, measure=Measure(summary="sum", field=work.field_ids[id(money)]))
    if view.by or view.measure:
        by, bucket = _axis(work, view, main)
        tile(
            ChartTile,
            short_words(view.measure or view.words).capitalize() or main.name,
            main,
            by=work.field_ids[id(by)] if by else None,
            bucket=bucket,
            measure=_measure(work, main, f"{view.measure} {view.words}"),
        )
        if by is not None:
            view.by = by.name
    for table in tables[:3]:
        grouped = pick(work, table, "", ("select",))
        if grouped is not None and grouped.options and len(tiles) < 8:
            tile(
                ChartTile,
                f"{table.name} by {grouped.name.lower()}",
                table,
                by=work.field_ids[id(grouped)],
                shape="donut" if len(grouped.options) <= 5 else "bar",
            )
    shown = [f for f in main.fields[:4] if f.kind not in ("link", "image", "file")]
    tile(ListTile, f"Latest {main.name.lower()}", main, fields=tuple(work.field_ids[id(f)] for f in shown))
    name = view.name or "Dashboard"
    while name.casefold() in names:
        name += " 2"
    made = Dashboard(id=id_from(name, taken), name=name, tiles=tuple(tiles))
    taken.add(made.id)
    names.add(name.casefold())
    work.paths[id(view)] = f"views/{made.id}"
    return made
