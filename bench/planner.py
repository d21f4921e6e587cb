"""From words to a plan, without the server: the time of a wish, of the first one, of a long brief, and the memory of all of it."""

import resource
import statistics
import time

from training.annotated import read

from bench.figure import Figure, middle
from sayso.builder.planner import Wish, plan

BRIEF_WORDS = 3_000
WISHES = 150


async def measure() -> list[Figure]:
    begun = time.perf_counter()
    plan(Wish("Clients: name, email"))
    first = time.perf_counter() - begun
    wishes = [w.text for w in read() if not w.given]
    took: list[float] = []
    for words in wishes[:: max(1, len(wishes) // WISHES)]:
        begun = time.process_time()
        plan(Wish(words))
        took.append((time.process_time() - begun) * 1000)
    # Of what can be built alone: one wish to be refused would have the whole brief refused, unread.
    brief = " ".join(" ".join(w.text for w in read() if not w.given and w.expect == "plan").split()[:BRIEF_WORDS])
    if plan(Wish(brief)).outcome != "plan":
        raise RuntimeError("the brief was not planned; its time would say nothing")
    longest: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        plan(Wish(brief))
        longest.append((time.process_time() - begun) * 1000)
    return [
        Figure("first plan after start", first, 1, "s"),
        middle("wish to plan", took, 150, "ms"),
        Figure(f"a brief of {BRIEF_WORDS:,} words to plan", statistics.median(longest), 600, "ms", runs=3),
        Figure("memory of a process that has planned", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 200, "MB"),
    ]
