"""What somebody sees of an app, and what they may do there: a value that every reading and writing of rows asks."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from sayso.spec.filter import Filter
from sayso.team.roles import RIGHTS, Right

Verb = Literal["add", "edit", "delete", "export"]
"""What a person does with rows of one table, finer than `write` and `read` of a workspace. `read` and `comment` are rights too."""
VERBS: tuple[Verb, ...] = get_args(Verb)
RIGHT_OF: Mapping[str, Right] = {"add": "write", "edit": "write", "delete": "write", "export": "read"}
"""What an app must be opened for, and a token must allow, for each verb."""
Asks = Literal["me", "my_groups", "peers", "my"]
"""What a rule wants to know of whoever asks: who they are, the names of their groups, who else is in these, their properties."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks, as rules about rows mean them: `me`, `my_groups` (by name; of people: `peers`), `my.region`.

    A property has several values when a person's groups say several. None of it is ever guessed: what is not known meets no row.
    """

    member: str | None = None
    groups: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableSight:
    """Of one table: what may be done, with which rows (None: all), without which fields. `changes` and `deletes` are among `rows`."""

    may: frozenset[Right | Verb]
    rows: Filter | None = None
    changes: Filter | None = None
    deletes: Filter | None = None
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """`rights` are those in this app, whatever the workspace says. `tables` None: every table, as far as the rights go.

    `manage`: may change how the app is built, and sees it whole. `given` is what it was made of (ids of roles, levels; None: as the
    workspace role says). `fields` holds the ids of the fields that are seen, by table; None when all are. `asks` is what the rules want
    to know of the asker.
    """

    rights: frozenset[Right]
    manage: bool = False
    given: tuple[str, ...] | None = None
    tables: Mapping[str, TableSight] | None = None
    fields: Mapping[str, frozenset[str]] | None = None
    unseen: frozenset[str] = frozenset()
    asks: frozenset[Asks] = frozenset()
    asker: Asker = Asker()

    @property
    def whole(self) -> bool:
        """Whether every table, field and row is seen."""
        return self.tables is None

    def of(self, table: str) -> TableSight | None:
        """What is limited in a table; None when nothing is. A table that no role names is not seen at all."""
        return None if self.tables is None else self.tables.get(table, NOTHING)

    def rows(self, table: str) -> Filter | None:
        """The rule that rows must meet to be seen; None when all are seen."""
        one = self.of(table)
        return None if one is None else one.rows

    def may(self, what: Right | Verb, table: str | None = None) -> bool:
        if RIGHT_OF.get(what, what) not in self.rights:
            return False
        one = None if table is None else self.of(table)
        return one is None or what in one.may or (what == "write" and not one.may.isdisjoint(VERBS[:3]))

    def sees(self, table: str, field: str | None = None) -> bool:
        """Whether a table, or a field of it, is seen; by ids, also of what stands on something hidden."""
        if self.fields is None:
            return "read" in self.rights
        return table in self.fields and (field is None or field in self.fields[table])

    def read_only(self, table: str) -> frozenset[str]:
        """Fields that are seen and cannot be changed."""
        one, seen = self.of(table), self.fields or {}
        return frozenset() if one is None else one.read_only & seen.get(table, frozenset())

    @property
    def key(self) -> Hashable:
        """Two sights of one app with the same key show the same rows and fields: what is kept at hand is kept by it."""
        me, asks = self.asker, self.asks
        return (
            self.given if self.tables is not None else None,
            self.manage,
            me.member if "me" in asks else None,
            me.groups if "my_groups" in asks else None,
            me.peers if "peers" in asks else None,
            tuple(sorted(me.properties.items())) if "my" in asks else None,
        )


NOTHING = TableSight(frozenset())
EVERYTHING = Sight(frozenset(RIGHTS), manage=True)
