"""How sure a figure is: intervals, agreement, strength by pairs. Pure, seeded where anything is drawn."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Z = 1.6448536269514722
"""Of a two-sided interval that holds in 90 of 100 cases, which is what the screen's bars say."""
SURE = 0.9
AGREEMENT_LEAST = 20
"""Answers judged by people and the judge alike, before their agreement is told."""
STRENGTH_ROUNDS_MAX = 200
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """A share from 0 to 1 with its bounds; `n` is how many cases it stands on."""

    value: float
    low: float
    high: float
    n: int


def wilson(score: float, n: int) -> Interval | None:
    """The score interval for a share (Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927).

    `score` is the sum over `n` cases of something between 0 and 1. Where cases may count half, their spread is at most that of a share
    with the same mean, so the interval is never too narrow. None when there is nothing.
    """
    if n <= 0:
        return None
    share = score / n
    root = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    middle, scale = share + Z * Z / (2 * n), 1 + Z * Z / n
    return Interval(share, max(0.0, (middle - root) / scale), min(1.0, (middle + root) / scale), n)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all do not exceed (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two judges say the same. `kappa` is None where it says nothing: when both only ever used one word."""

    same: float
    kappa: float | None
    n: int


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """Plain agreement, and what is left of it after chance: Cohen, "A coefficient of agreement for nominal scales", Educational and
    Psychological Measurement 20 (1960). None with fewer than `AGREEMENT_LEAST` pairs."""
    n = len(pairs)
    if n < AGREEMENT_LEAST:
        return None
    same = sum(a == b for a, b in pairs) / n
    words = {word for pair in pairs for word in pair}
    chance = sum(sum(a == w for a, _ in pairs) * sum(b == w for _, b in pairs) for w in words) / (n * n)
    return Agreement(same, None if chance >= 1 else (same - chance) / (1 - chance), n)


@dataclass(frozen=True, slots=True)
class Duel:
    """One choice between two: `winner` is one of them, or None for a tie."""

    a: str
    b: str
    winner: str | None


def strengths(duels: Sequence[Duel]) -> dict[str, float]:
    """The chance of each to be preferred to the average other one (Bradley and Terry, Biometrika 39, 1952), a tie counting as half a win
    for both; found by the steps of Hunter, "MM algorithms for generalized Bradley–Terry models", Annals of Statistics 32 (2004).

    Half a tie with everybody is added to each, so that who never lost has a strength too.
    """
    names = sorted({name for duel in duels for name in (duel.a, duel.b)})
    if len(names) < 2:
        return {}
    wins = dict.fromkeys(names, 0.25 * (len(names) - 1))
    met: dict[tuple[str, str], float] = {(a, b): 0.5 for a in names for b in names if a != b}
    for duel in duels:
        met[duel.a, duel.b] += 1
        met[duel.b, duel.a] += 1
        for name in (duel.a, duel.b):
            wins[name] += 0.5 if duel.winner is None else float(duel.winner == name)
    strength = dict.fromkeys(names, 1.0)
    for _ in range(STRENGTH_ROUNDS_MAX):
        new = {a: wins[a] / sum(met[a, b] / (strength[a] + strength[b]) for b in names if b != a) for a in names}
        scale = len(names) / sum(new.values())
        new = {name: value * scale for name, value in new.items()}
        done = max(abs(new[name] - strength[name]) for name in names) < 1e-7
        strength = new
        if done:
            break
    return {a: sum(strength[a] / (strength[a] + strength[b]) for b in names if b != a) / (len(names) - 1) for a in names}


def preferred(duels: Sequence[Duel], *, seed: int = 1) -> Mapping[str, Interval]:
    """`strengths`, with bounds from drawing the same number of duels again and again (Efron's percentile bootstrap, Annals of Statistics 7, 1979)."""
    found = strengths(duels)
    drawn: dict[str, list[float]] = {name: [] for name in found}
    source = random.Random(seed)
    for _ in range(RESAMPLES if found else 0):
        for name, value in strengths(source.choices(duels, k=len(duels))).items():
            drawn[name].append(value)
    met = {name: sum(name in (duel.a, duel.b) for duel in duels) for name in found}
    edge = (1 - SURE) / 2
    return {
        name: Interval(value, percentile(drawn[name], edge) or 0.0, percentile(drawn[name], 1 - edge) or 1.0, met[name])
        for name, value in found.items()
    }
