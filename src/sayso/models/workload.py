"""What somebody does with a model, in counts: the same shape for a calculator's form and for a month of the ledger."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sayso.errors import Invalid, Problem

COUNT_MAX = 10**15


@dataclass(frozen=True, slots=True)
class Workload:
    """Counts over all requests together. `input` is all input tokens; cached, image and audio tokens are part of it; so are `output`'s.

    `input_each` is the size of one request's input, where prices rise with it; unknown, the lowest step is taken.
    """

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    image_input: int = 0
    audio_input: int = 0
    output: int = 0
    image_output: int = 0
    audio_output: int = 0
    images: int = 0
    audio_seconds: Decimal = Decimal(0)
    characters: int = 0
    requests: int = 0
    input_each: int | None = None

    def __post_init__(self) -> None:
        problems = [
            Problem(name, "is a number of at least 0") for name in COUNTS if not 0 <= (getattr(self, name) or 0) <= COUNT_MAX
        ]
        if self.cached + self.cache_write + self.image_input + self.audio_input > self.input:
            problems.append(Problem("input", "counts cached, image and audio tokens too, so it is at least their sum"))
        if self.image_output + self.audio_output > self.output:
            problems.append(Problem("output", "counts image and audio tokens too, so it is at least their sum"))
        if problems:
            raise Invalid.of(problems)

    @property
    def each(self) -> int:
        """Input tokens of one request, for steps of a price."""
        if self.input_each is not None:
            return self.input_each
        return self.input // self.requests if self.requests else 0

    def as_json(self) -> dict[str, Any]:
        return {name: str(getattr(self, name)) if name == "audio_seconds" else getattr(self, name) for name in COUNTS}


COUNTS = tuple(Workload.__dataclass_fields__)


def workload_of(counts: dict[str, Any]) -> Workload:
    """A workload from plain JSON. Raises `Invalid` naming every count that is none."""
    problems = [Problem(name, "is no count of a workload", "input, output, requests") for name in counts if name not in COUNTS]
    read: dict[str, Any] = {}
    for name, value in counts.items():
        if name not in COUNTS or value is None or value == "":
            continue
        try:
            number = Decimal(str(value))
            if isinstance(value, bool) or not number.is_finite() or not 0 <= number <= COUNT_MAX:
                raise ValueError(value)
            read[name] = number if name == "audio_seconds" else int(number)
        except (ArithmeticError, ValueError):
            problems.append(Problem(name, "is a number of at least 0", "1000"))
    if problems:
        raise Invalid.of(problems)
    return Workload(**read)
