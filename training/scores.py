"""Precision, recall and F1 of spans that are exactly right, and of single words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Score:
    """Counts of what was right, what was said, and what was meant."""

    right: int = 0
    said: int = 0
    meant: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.meant if self.meant else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.said + self.meant) if self.said + self.meant else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.2f}  {self.recall:.2f}  {self.f1:.2f}  ({self.meant})"


@dataclass(slots=True)
class Tally:
    """Scores by name, such as a tag or a style."""

    scores: dict[str, Score] = field(default_factory=dict)

    def add(self, name: str, said: Iterable[object], meant: Iterable[object]) -> None:
        a, b = Counter(said), Counter(meant)
        score = self.scores.setdefault(name, Score())
        score.right += (a & b).total()
        score.said += a.total()
        score.meant += b.total()
