"""How much processor time the built-in models take, and how much memory the language model: in a process of its own, on one thread."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from bench.figure import Figure
from sayso.gateway.builtin.canvas.drawing import draw
from sayso.gateway.builtin.embedding import embed
from sayso.gateway.builtin.reader.answering import read

SENTENCE = "Each repair belongs to a customer and has a status, a due date and a price."
RUNS = 15
ALONE = """
import json, resource, time
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
from sayso.gateway.builtin.embedding import embed
embed([%r])
first = time.process_time() - begun
for _ in range(3):
    embed([%r] * 64)
print(json.dumps([first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


async def measure() -> list[Figure]:
    alone = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", ALONE % (SENTENCE, SENTENCE)], capture_output=True, check=True, text=True
    )
    first, memory = json.loads(alone.stdout)
    today = date(2026, 11, 22)
    mail = "Hi, this is Maria. Order HL-20417 for £348.50 has not arrived. Please call 020 7946 0018 today. " * 3
    schema = {
        "type": "object",
        "properties": {"topic": {"enum": ["delivery", "billing", "praise"]}, "amount": {"type": "number"}},
    }
    body = {
        "messages": [{"role": "user", "content": mail}],
        "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
    }
    return [
        Figure("the first sentence, imports and loading counted", first, 1.0, "s"),
        Figure("memory of such a process at its most", memory, 150, "MB"),
        _ms("one sentence of 18 words", lambda: embed([SENTENCE]), 25),
        _ms("64 such sentences", lambda: embed([SENTENCE] * 64), 800),
        _ms("sayso/reader: a mail, a label and an amount", lambda: read(body, today=today), 150),
        _ms("sayso/canvas: a banner of 1536 x 768", lambda: draw('banner "Open day" in teal', size=(1536, 768)), 400),
        _ms("sayso/canvas: a landscape of 1536 x 1024", lambda: draw("sunset over mountains", size=(1536, 1024)), 900),
    ]


def _ms(what: str, work: Callable[[], object], limit: float) -> Figure:
    times: list[float] = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) * 1000)
    return Figure(what, median(times), limit, "ms", runs=RUNS)
