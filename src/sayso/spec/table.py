"""A table and its fields."""

from sayso.spec.fields import AnyField
from sayso.spec.part import Id, Part
from sayso.spec.source import Source


class Table(Part):
    """Rows of one kind. The first field, or the one that `title` names, is what a row is called by."""

    icon: str = "table"
    fields: tuple[AnyField, ...] = ()
    title: Id | None = None
    source: Source | None = None
    """Where its rows come from, when they live elsewhere."""

    def field(self, id: str) -> AnyField | None:
        return next((f for f in self.fields if f.id == id), None)

    def named(self, name: str) -> AnyField | None:
        """By name, whatever the case; formulas and people speak in names."""
        folded = name.casefold()
        return next((f for f in self.fields if f.name.casefold() == folded), None)

    @property
    def title_field(self) -> AnyField | None:
        return (self.field(self.title) if self.title else None) or next(iter(self.fields), None)
