"""With only the built-in models: rows found by the question's words and meaning, shown with where they are from, and what is missing said."""

import re
from typing import TYPE_CHECKING, Any

import orjson

from sayso import db
from sayso.coworkers import knowledge, rendering, values
from sayso.coworkers.plug import WAY, Plug
from sayso.coworkers.reach import Place
from sayso.coworkers.tools import rows_read
from sayso.coworkers.tools.search import holding
from sayso.coworkers.tools.tool import At
from sayso.data import query

if TYPE_CHECKING:
    from sayso.coworkers.work import _Run

ROWS_SHOWN_MAX = 6
WORDS_MAX = 8
VALUES_SHOWN_MAX = 4
STOP = frozenset(
    "a about all an and any are as at be been but by can could did do does find for from give had has have he her him his how i if in is it its "
    "list many me my of on or our please she should show so some tell than that the their them there these they this those to was we were what "
    "when where which who whom whose why will with would you your der die das und ist sind wie was wer wo le la les et est un une de".split()
)


async def answered_without(run: "_Run", plug: Plug, places: list[Place]) -> None:
    words = [w for w in re.findall(r"[^\W_]{2,}(?:[-'][^\W_]+)*", run.turn.asked["text"]) if w.casefold() not in STOP][:WORDS_MAX]
    n, part = run._part({"kind": "tool", "id": "search", "tool": "search", "title": "Search", "words": f"for {', '.join(words)}", "state": "running", "result": "", "ms": 0})  # fmt: skip
    at = At(run.desk, run.reach, run.sources, run.turn.conversation, addresses=run.addresses)
    found = await _found(run, places, words) if words else []
    pieces = await knowledge.found(at, run.turn.asked["text"], None, apart=knowledge.CLOSE)
    lines = [_line(at, *one) for one in found]
    lines += [f"- {_short(str(p['text']))} [{p['cite']}]" for p in pieces if p["cite"] and f"[{p['cite']}]" not in "".join(lines)]
    part |= {"state": "done", "result": rows_read.counted(len(lines), "find"), "ms": run._ms()}
    run._tell({"type": "part", "n": n, "part": part})
    run._tell({"type": "sources", "sources": run.sources.new})
    text = "This is what holds your words:\n\n" + "\n".join(lines) if lines else "Nothing that I may see holds these words."
    text = rendering.safe(text, run.sources.numbers, run.addresses)
    n, part = run._part({"kind": "text", "text": "", "html": ""})
    part |= {"text": text, "html": rendering.html(text, run.sources.numbers, run.addresses)}
    run._tell({"type": "text", "n": n, "delta": text})
    run._tell({"type": "part", "n": n, "part": part})
    run.turn.first_ms = run.turn.first_ms or run._ms()
    run._note("info", plug.problem or "", WAY)


async def _found(run: "_Run", places: list[Place], words: list[str]) -> list[tuple[Place, dict[str, Any], dict[str, str]]]:
    """Rows by how many of the words they hold, the most first. A table that is named by a word counts as half of one."""
    hits: dict[tuple[str, str, int], tuple[float, Place, dict[str, Any], dict[str, str]]] = {}
    async with db.transaction(run.desk.engine) as tx:
        for place in places:
            people = await values.people_of(tx, place)
            named = {w for w in words if w.casefold().rstrip("s") in place.table.name.casefold()}
            for word in words:
                if word in named and len(words) > len(named):
                    continue
                page = await query.page(tx, place.app, place.table.id, holding(place, word, ROWS_SHOWN_MAX * 2))
                for row in orjson.loads(page.rows):
                    key = (place.app.id, place.table.id, row["id"])
                    score = hits[key][0] if key in hits else len(named) / 2
                    hits[key] = (score + 1, place, row, people)
    best = sorted(hits.values(), key=lambda hit: -hit[0])[:ROWS_SHOWN_MAX]
    return [(place, row, people) for _, place, row, people in best]


def _line(at: At, place: Place, row: dict[str, Any], people: dict[str, str]) -> str:
    title = place.table.title_field
    told = [
        f"{f.name}: {_short(values.text_of(f, row['values'].get(f.id), people))}"
        for f in place.fields
        if f is not title and row["values"].get(f.id) not in (None, "", [], False)
    ]
    n = rows_read.cite(at, place, row, people)
    return f"- **{_short(values.title_of(place.table, row, people))}** in {place.table.name}: {', '.join(told[:VALUES_SHOWN_MAX])} [{n}]"


def _short(text: str) -> str:
    """On one line, without what markdown would take for more than text."""
    text = re.sub(r"[*_`#|~\[\]<>]", " ", " ".join(text.split()))
    return text if len(text) <= 120 else text[:119] + "…"
