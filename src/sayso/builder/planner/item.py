"""One item of a list, as it was said."""

from dataclasses import dataclass, field

from sayso.builder.planner.inflect import lemma

CHOICE = ("select", "multi_select")


@dataclass(slots=True)
class Item:
    """What one item of a list says. `kind` is None when the words gave no evidence of it."""

    name: str
    start: int
    end: int
    kind: str | None = None
    options: list[str] = field(default_factory=list)
    sub: list["Item"] = field(default_factory=list)
    many: bool = False
    required: bool = False
    unique: bool = False
    formula: str = ""
    computed: bool = False
    unit: str = ""
    maximum: int = 0
    sure: bool = False
    """Whether the words themselves settle the kind."""
    link: str = ""

    @property
    def key(self) -> str:
        return lemma(self.name)
