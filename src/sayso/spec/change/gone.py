"""What a change takes away, so that whatever pointed there can follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sayso.spec.app import App
from sayso.spec.fields import MultiSelect, Select
from sayso.spec.table import Table


@dataclass(frozen=True, slots=True)
class Gone:
    """Ids of what there was before and is no longer. Fields as (table, field), options as (table, field, option)."""

    tables: frozenset[str] = frozenset()
    fields: frozenset[tuple[str, str]] = frozenset()
    options: frozenset[tuple[str, str, str]] = frozenset()
    turned: frozenset[tuple[str, str]] = frozenset()
    """Fields that are still there, but of another kind, or links to another table: what relied on the old kind no longer makes sense."""
    views: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    coworkers: frozenset[str] = frozenset()
    automations: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        parts = (self.views, self.slots, self.coworkers, self.automations)
        return any((self.tables, self.fields, self.options, self.turned, *parts))

    def field(self, table: str, field: str | None) -> bool:
        return field is not None and ((table, field) in self.fields or table in self.tables)

    def and_fields(self, fields: frozenset[tuple[str, str]]) -> Gone:
        return replace(self, fields=self.fields | fields)


def gone_between(before: App, after: App) -> Gone:
    """What `before` has and `after` has not."""
    fields, options, turned = set[tuple[str, str]](), set[tuple[str, str, str]](), set[tuple[str, str]]()
    for table in before.tables:
        now = after.table(table.id)
        for field in table.fields:
            new = now.field(field.id) if now else None
            if new is None:
                fields.add((table.id, field.id))
            elif new.kind != field.kind or getattr(new, "to", None) != getattr(field, "to", None):
                turned.add((table.id, field.id))
        if now:
            options |= {(table.id, *option) for option in _options(table) - _options(now)}
    return Gone(
        tables=frozenset(_ids(before.tables) - _ids(after.tables)),
        fields=frozenset(fields),
        options=frozenset(options),
        turned=frozenset(turned),
        views=frozenset(_ids(before.views) - _ids(after.views)),
        slots=frozenset(_ids(before.slots) - _ids(after.slots)),
        coworkers=frozenset(_ids(before.coworkers) - _ids(after.coworkers)),
        automations=frozenset(_ids(before.automations) - _ids(after.automations)),
    )


def _ids(parts: tuple[object, ...]) -> set[str]:
    return {str(getattr(p, "id")) for p in parts}  # noqa: B009  any part has one


def _options(table: Table) -> set[tuple[str, str]]:
    return {(f.id, o.id) for f in table.fields if isinstance(f, (Select, MultiSelect)) for o in f.options}
