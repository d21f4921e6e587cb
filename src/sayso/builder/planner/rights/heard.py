"""All that was said of one role, table by table, until the roles are made of it."""

from dataclasses import dataclass, field

from sayso.builder.planner.rights.statement import Deed
from sayso.spec.filter import Filter
from sayso.spec.role import Role


@dataclass
class OfTable:
    """What was said of one table. `rows` and `changes` are None where nothing was said of them; `shut` when it could not be read."""

    may: set[Deed] = field(default_factory=set)
    may_not: set[Deed] = field(default_factory=set)
    rows: Filter | None = None
    changes: Filter | None = None
    all_rows: bool = False
    looks: bool = False
    shut: bool = False
    some: set[str] = field(default_factory=set)
    """Fields that may be changed, and no others."""
    shown: set[str] = field(default_factory=set)
    """Fields that are seen, and no others."""


@dataclass
class Heard:
    """`called` is how the words name its people, `said` whether in a clause about rights. `fresh`: these words made the role. `holds`: it was named as the only one that may do something."""

    role: Role
    called: str = ""
    said: bool = False
    fresh: bool = False
    holds: bool = False
    narrow: bool = False
    """Whether only some of the rows of a table are theirs: of the others they see no more than they must."""
    tables: dict[str, OfTable] = field(default_factory=dict)
    whole: set[Deed] = field(default_factory=set)
    whole_not: set[Deed] = field(default_factory=set)
    looks: bool = False
    nothing_else: bool = False
    looks_else: bool = False
    rest: set[Deed] = field(default_factory=set)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    read_only: set[tuple[str, str]] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)
    free: set[tuple[str, str]] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def of(self, table: str) -> OfTable:
        return self.tables.setdefault(table, OfTable())

    @property
    def anything(self) -> bool:
        return any(
            (
                self.holds, self.tables, self.whole, self.whole_not, self.looks, self.nothing_else, self.looks_else, self.rest,
                self.hidden, self.read_only, self.shown, self.free, self.unseen, self.seen,
            )
        )  # fmt: skip

    @property
    def grants(self) -> bool:
        """Whether something was said that they may, rather than only what they may not."""
        return bool(
            self.rest
            or self.shown
            or self.free
            or any(t.may or t.rows or t.changes or t.shut or t.looks or t.some for t in self.tables.values())
        )
