"""Links between tables, and what is read through them."""

from typing import ClassVar, Literal

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty
from sayso.spec.part import Frozen, Id

Summary = Literal[
    "count",
    "sum",
    "average",
    "minimum",
    "maximum",
    "median",
    "earliest",
    "latest",
    "filled",
    "empty",
    "unique",
    "any",
    "all",
    "join",
]


class Link(Field):
    """Rows of another table (or the same). `many` allows several; `reverse` is the link field at the other end.

    Both ends are fields, and both name each other; the pair is stored once, in a table of row id pairs.
    """

    kind: Literal["link"] = "link"
    storage: ClassVar = Storage.LINKS
    example: ClassVar = (7,)
    to: Id
    many: bool = False
    reverse: Id | None = None

    def parse(self, raw: object) -> list[int] | None:
        if is_empty(raw):
            return None
        several = raw if isinstance(raw, (list, tuple)) else [raw]
        try:
            ids = [int(str(one["id"] if isinstance(one, dict) else one)) for one in several]
        except (TypeError, ValueError, KeyError):
            raise Invalid(f"{self.name} takes ids of rows, such as [7]") from None
        if len(ids) > 1 and not self.many:
            raise Invalid(f"{self.name} takes one row")
        return list(dict.fromkeys(ids))


class Lookup(Field):
    """The values of `field` in the rows that `link` points to."""

    kind: Literal["lookup"] = "lookup"
    storage: ClassVar = Storage.COMPUTED
    writable: ClassVar = False
    example: ClassVar = ("Berlin",)
    link: Id
    field: Id


class RollupFilter(Frozen):
    """Kept apart from a view's filter so that a rollup can be read on its own."""

    field: Id
    op: str
    value: object = None


class Rollup(Field):
    """One figure over the rows that `link` points to. `field` may be left out for `count`."""

    kind: Literal["rollup"] = "rollup"
    storage: ClassVar = Storage.COMPUTED
    writable: ClassVar = False
    example: ClassVar = 1250
    link: Id
    field: Id | None = None
    summary: Summary = "count"
    where: tuple[RollupFilter, ...] = ()
    """Only linked rows that meet all of these."""
