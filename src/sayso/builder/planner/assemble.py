"""From a sketch to an app, not yet checked."""

from sayso.builder.planner.app_roles import role_of
from sayso.builder.planner.app_rules import rules_of
from sayso.builder.planner.app_views import shown_view
from sayso.builder.planner.assembly import Assembly, icon_of
from sayso.builder.planner.rights import worded
from sayso.builder.planner.sketch import Sketch, TableSketch
from sayso.spec.app import App
from sayso.spec.automation import Automation, every
from sayso.spec.coworker import Slot, SlotKind
from sayso.spec.fields import (
    Ai,
    Link,
)  # fmt: skip
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.role import Role
from sayso.spec.table import Table


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
    views = tuple(v for v in (shown_view(work, s, taken, names) for s in sketch.views) if v is not None)
    taken = {r.origin.id for r in sketch.roles if r.origin}
    names = {r.origin.name.casefold() for r in sketch.roles if r.origin}
    roles = tuple(r for r in (role_of(work, r, taken, names, specs) for r in sketch.roles) if r is not None)
    so_far = App(
        id="new",
        name="New app",
        zone=zone,
        tables=tables,
        views=views,
        roles=roles,
        coworkers=kept.coworkers if kept else (),
        automations=kept.automations if kept else (),
    )
    so_far = _with_rights(work, so_far, wish, roles)
    tables, roles = so_far.tables, so_far.roles
    automations = rules_of(work, so_far)
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
        hue=hue_of(name),
        zone=zone,
        tables=tables,
        views=views,
        automations=automations,
        roles=roles,
        slots=slots,
    ), work


def _with_rights(work: Assembly, app: App, wish: str, roles: tuple[Role, ...]) -> App:
    kept = frozenset(r.id for r in work.sketch.origin.roles) if work.sketch.origin else frozenset[str]()
    said = worded(app, wish, frozenset(r.id for r in roles) - kept)
    work.rights = said.notes
    return said.app


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


def hue_of(name: str) -> int:
    return sum((i + 7) * ord(c) for i, c in enumerate(name)) % 12 * 30 + 10


def _slots(tables: tuple[Table, ...], automations: tuple[Automation, ...], kept: App | None) -> tuple[Slot, ...]:
    """The places that the AI parts name: `text` and `image`, as far as they are used."""
    used = {f.slot for t in tables for f in t.fields if isinstance(f, Ai)} | {
        s.slot for a in automations for _, s in every(a.steps) if s.kind == "ai"
    }
    have = list(kept.slots) if kept else []
    kinds: tuple[tuple[SlotKind, str], ...] = (("text", "Text"), ("image", "Pictures"))
    for id, name in kinds:
        if id in used and all(s.id != id for s in have):
            have.append(Slot(id=id, name=name, kind=id))
    return tuple(have)
