"""How the tagger is taught."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    """How it is taught. Two runs of the same course on the same data and machine give the same weights."""

    layers: int = 3
    epochs: int = 12
    texts: int = 8
    """Texts in a step."""
    rate: float = 3e-4
    head_rate: float = 2e-3
    dropout: float = 0.1
    smoothing: float = 0.05
    decay: float = 0.01
    seed: int = 20261122
    threads: int = 1
    weights: tuple[float, float, float, float, float, float] = (1.0, 0.2, 0.1, 0.3, 0.1, 0.3)
    """Of labels, intents, expectation, kinds, senses and pairs in the loss."""
