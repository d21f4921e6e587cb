"""Wishes of strangers, broken in the ways in which people and programs break texts: none may crash the planner.

`python -m tests.builder.planner.mutated 10000 [SEED]` plans so many and says which raised, or ended in an app that the checks refuse.
"""

import random
import sys
import time
from collections.abc import Iterator

from training.annotated import read

from sayso.builder.planner import Plan, Wish, plan
from sayso.spec.check import check

_PIECES = ("\n", "\n- ", "; ", "(", ")", "{", "}", "|", "\t", "  ", "…", "\u200b", "\u202e", "🙂", "é", "0", "%", "#", "->", "=", ":", "\"", "'", "@", "\\", "<b>", "--", "1.", "null", "drop table")  # fmt: skip


def mutated(seed: int) -> Iterator[str]:
    """Endless broken wishes; the same for the same seed."""
    dice = random.Random(seed)
    wishes = [w.text for w in read()]
    while True:
        text = dice.choice(wishes)
        for _ in range(dice.randint(1, 6)):
            text = _broken(text, dice, wishes)
        yield text[:3000]


def _broken(text: str, dice: random.Random, wishes: list[str]) -> str:
    a, b = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    words = text.split(" ")
    match dice.randrange(9):
        case 0:
            return text[:a] + text[b:]
        case 1:
            return text[:a] + dice.choice(_PIECES) + text[a:]
        case 2:
            return text[:b] + text[a:b] + text[b:]
        case 3:
            return text[:a] + text[a:b].swapcase() + text[b:]
        case 4:
            dice.shuffle(words)
            return " ".join(words)
        case 5:
            return text.replace(dice.choice([".", ",", ":", "\n", "(", " "]), dice.choice(_PIECES))
        case 6:
            return text[:a] + dice.choice(wishes)[: b - a + 20]
        case 7:
            return "".join(c for c in text if dice.random() > 0.03)
        case _:
            return text[:a] + chr(dice.randrange(0x20, 0x2FFF)) * dice.randint(1, 30) + text[b:]


def ends_well(words: str, given: Plan | None = None) -> None:
    """Plans some words on an app, or on none. Raises what the planner raises, or `AssertionError`."""
    made = plan(Wish(words, app=given.spec if given is not None else None))
    assert made.outcome in ("plan", "question", "refusal")
    assert check(made.spec) == ()
    assert all(n.span is None or 0 <= n.span[0] <= n.span[1] <= len(words) for n in made.notes)


def main() -> int:
    many, seed = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1
    given = plan(Wish("Clients: name, email. Jobs: title, client, status (open, done), due date, price. Board by status."))
    bad, began = 0, time.perf_counter()
    for n, words in zip(range(many), mutated(seed), strict=False):
        try:
            ends_well(words, given if n % 4 == 3 else None)
        except Exception as wrong:
            bad += 1
            sys.stdout.write(f"{type(wrong).__name__}: {wrong}\n{words!r}\n\n")
    sys.stdout.write(f"{many} broken wishes, {bad} crashed, {time.perf_counter() - began:.0f} s\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
