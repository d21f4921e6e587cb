"""What the planner has understood so far: names, not ids; it becomes a spec in `assemble`."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from sayso.builder.planner.inflect import lemma, singular
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.fields import AnyField
from sayso.spec.role import Role
from sayso.spec.table import Table
from sayso.spec.view import AnyView

Span = tuple[int, int]
ViewKind = Literal["grid", "board", "calendar", "gallery", "timeline", "chart", "form", "dashboard"]


@dataclass(slots=True, eq=False)
class FieldSketch:
    name: str
    span: Span | None = None
    kind: str | None = None
    options: list[str] = field(default_factory=list)
    link: "TableSketch | None" = None
    many: bool = False
    required: bool = False
    unique: bool = False
    computed: bool = False
    formula: str = ""
    sure: bool = False
    outright: bool = False
    """Said by the build of the sentence: nobody weighs it again."""
    assumed: str = ""
    """Why the field is there, when the wish does not say so itself."""
    kind_assumed: bool = False
    kinds: tuple[str, ...] = ()
    """What it may be, likeliest first, when that was not sure."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Further settings of the kind: `maximum`, `unit`, `currency`, a rollup's `link`, `field`, `summary`."""
    origin: AnyField | None = None
    changed: bool = False

    @property
    def key(self) -> str:
        return lemma(self.name)


@dataclass(slots=True, eq=False)
class TableSketch:
    name: str
    """In the singular and lower case while being read (`work order`); as it is called once it exists."""
    span: Span | None = None
    fields: list[FieldSketch] = field(default_factory=list)
    assumed: str = ""
    origin: Table | None = None
    weight: float = 0.0
    """How much of the wish is about it: the heaviest is the main table."""
    topic: bool = False
    """Named only as what the app is about (`a complaints log`): without fields or links it is no table."""
    named: bool = False
    """Whether `name` is already what people see."""

    @property
    def key(self) -> str:
        return lemma(self.name)

    def field(self, name: str) -> FieldSketch | None:
        key = lemma(name)
        return next((f for f in self.fields if f.key == key), None)


@dataclass(slots=True, eq=False)
class ViewSketch:
    kind: ViewKind
    words: str
    span: Span | None = None
    table: TableSketch | None = None
    by: str = ""
    measure: str = ""
    shape: str = ""
    name: str = ""
    assumed: str = ""
    fields: list[str] = field(default_factory=list)
    origin: AnyView | None = None


@dataclass(slots=True, eq=False)
class StepSketch:
    kind: str
    to: str = ""
    words: str = ""
    via: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    table: TableSketch | None = None


@dataclass(slots=True, eq=False)
class AutomationSketch:
    trigger: str
    words: str
    span: Span | None = None
    table: TableSketch | None = None
    cron: str = ""
    when: str = ""
    """The words of the trigger or of the condition, for the condition grammar."""
    date: str = ""
    days: int = 0
    steps: list[StepSketch] = field(default_factory=list)
    assumed: str = ""
    origin: Automation | None = None


@dataclass(slots=True, eq=False)
class AiSketch:
    task: str
    words: str
    span: Span | None = None
    table: TableSketch | None = None
    name: str = ""
    source: str = ""


@dataclass(slots=True, eq=False)
class RoleSketch:
    name: str
    span: Span | None = None
    words: str = ""
    origin: Role | None = None
    rights: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Sketch:
    tables: list[TableSketch] = field(default_factory=list)
    views: list[ViewSketch] = field(default_factory=list)
    automations: list[AutomationSketch] = field(default_factory=list)
    ai: list[AiSketch] = field(default_factory=list)
    roles: list[RoleSketch] = field(default_factory=list)
    origin: App | None = None
    title: str = ""
    tool: bool = False
    """Whether it is a small tool: people put something in and get something made. Such a wish is read whole, by the rules."""
    subject: TableSketch | None = None
    """What was spoken of last: what `it`, `they` and `each` mean."""
    touched: tuple[TableSketch, FieldSketch] | None = None
    used: dict[int, list[str]] = field(default_factory=dict)
    """By place of a clause: the paths or names of what came of it."""
    left: dict[int, str] = field(default_factory=dict)
    """By place of a clause: why it was not used, in words."""

    def table(self, name: str) -> TableSketch | None:
        """By lemma: the same words first, then the same head noun when only one table has it."""
        key = lemma(name.strip())
        if not key:
            return None
        exact = next((t for t in self.tables if t.key == key), None)
        if exact:
            return exact
        before, _, head = key.rpartition(" ")
        heads = [t for t in self.tables if (known := t.key.rpartition(" "))[2] == head and not (before and known[0])]
        if len(heads) == 1 and singular(head) not in _COMMON_HEADS:
            return heads[0]
        return None

    def exact(self, name: str) -> TableSketch | None:
        key = lemma(name.strip())
        return next((t for t in self.tables if t.key == key), None)

    def add(self, name: str, span: Span | None = None) -> TableSketch:
        """The table of that name, new when there is none yet."""
        table = self.exact(name)
        if table is None:
            table = TableSketch(lemma(name), span)
            self.tables.append(table)
        return table

    @property
    def main(self) -> TableSketch | None:
        return max(self.tables, key=lambda t: (t.weight + len(t.fields), -self.tables.index(t)), default=None)

    def mentioned(self, text: str) -> list[TableSketch]:
        """Tables whose name stands in a text (lower case), in the order of their mention."""
        found: list[tuple[int, int, TableSketch]] = []
        stems = _stems(text)
        for table in self.tables:
            key = table.key.split()
            if not key or key[-1] not in stems:
                continue
            for n in range(len(stems) - len(key) + 1):
                if stems[n] == key[0] and list(stems[n : n + len(key)]) == key:
                    found.append((n, -len(key), table))
                    break
            else:
                if (
                    len(key) > 1
                    and key[-1] not in _COMMON_HEADS
                    and key[-1] in stems
                    and not any(t.key == key[-1] for t in self.tables)
                ):
                    found.append((stems.index(key[-1]), 0, table))
        kept: list[tuple[int, int, TableSketch]] = []
        for n, size, table in sorted(found, key=lambda f: (f[0], f[1])):
            if not any(k[0] <= n < k[0] - k[1] and k[2] is not table and k[1] < size for k in kept):
                kept.append((n, size, table))
        return [t for _, _, t in kept]


@lru_cache(maxsize=2_000)
def _stems(text: str) -> tuple[str, ...]:
    """Words in the singular, without marks: `the client's orders,` gives `the client order`."""
    found: list[str] = []
    for word in text.split():
        bare = (
            word.strip("'s,.;:!?()\"")
            if not word.strip(',.;:!?()"').endswith("s")
            else word.strip(',.;:!?()"').removesuffix("'s")
        )
        found.append(singular(bare))
    return tuple(found)


_COMMON_HEADS = frozenset(
    "item line entry record log type list category note update request name number detail set order session".split()
) - {"request", "order", "session"}
