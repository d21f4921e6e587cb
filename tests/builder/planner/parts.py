"""The parts of a plan as short words, to be compared with the parts that a wish must give."""

import re
import statistics
import sys
import time
from pathlib import Path

from sayso.builder.evals.predictions import plain
from sayso.builder.planner import Plan, Wish
from sayso.builder.planner.inflect import lemma
from tests.builder.planner.ruled import plan

TYPES = {"currency": "money", "user": "person"}
SAME = ({"formula", "rollup"}, {"row_created", "form_submitted"}, {"date", "datetime"}, {"text", "long_text"}, {"file", "image"})


def own_wishes(name: str = "own_wishes.txt") -> list[tuple[str, list[str]]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("W "):
            found.append((line[2:].replace("\\n", "\n"), []))
        elif line.startswith("P "):
            found[-1][1].extend(re.findall(r"(?:T|F|L|V|A|O|R|AI):.*?(?=\s(?:T|F|L|V|A|O|R|AI):|$)", line[2:]))
    return found


def named(a: str, b: str) -> bool:
    return (
        lemma(a) == lemma(b) or set(lemma(a).split()) <= set(lemma(b).split()) or set(lemma(b).split()) <= set(lemma(a).split())
    )


def same(a: str, b: str) -> bool:
    return a == b or any(a in group and b in group for group in SAME)


def holds(part: str, made: Plan) -> bool:
    """Whether a plan has a part such as `F:Jobs.Price=money`."""
    what, _, rest = part.partition(":")
    spec = plain(made.spec, made)
    tables = spec["tables"]
    match what:
        case "T":
            return any(named(rest, t["name"]) for t in tables)
        case "F":
            path, _, kind = rest.partition("=")
            table, _, field = path.partition(".")
            found = [f for t in tables if named(table, t["name"]) for f in t["fields"] if named(field, f["name"])]
            return any(same(TYPES.get(f["type"], f["type"]), kind) for f in found)
        case "O":
            path, _, option = rest.partition("~")
            table, _, field = path.partition(".")
            found = [f for t in tables if named(table, t["name"]) for f in t["fields"] if named(field, f["name"])]
            return any(o.lower() == option.lower() for f in found for o in f.get("options", []))
        case "L":
            a, _, b = rest.partition(">")
            ends = {(lemma(t["name"]), lemma(f["link_to"])) for t in tables for f in t["fields"] if f["type"] == "link"}
            return any((named(a, x) and named(b, y)) or (named(a, y) and named(b, x)) for x, y in ends)
        case "V":
            kind, _, table = rest.partition("/")
            return any(v["type"] == kind and (not table or named(table, v.get("table") or "")) for v in spec["views"])
        case "A":
            trigger, _, action = rest.partition(":")
            return any(
                any(same(a["trigger"], x) for x in trigger.split("|"))
                and (not action or set(action.split("|")) & set(a["actions"]))
                for a in spec["automations"]
            )
        case "R":
            return any(named(rest, r) for r in spec["roles"])
        case "AI":
            kind, _, table = rest.partition("/")
            steps = [a for rule in spec["automations"] for a in rule["actions"]]
            return (
                any(a["kind"] == kind and (not table or named(table, a["table"])) for a in spec["ai"]) or "ai_generate" in steps
            )
        case _:
            return True


def missed(wish: str, parts: list[str]) -> list[str]:
    made = plan(Wish(wish))
    return [p for p in parts if not holds(p, made)]


def figures(name: str) -> tuple[int, int, float]:
    """How many of the parts were found, of how many, and the median milliseconds of a plan."""
    found = total = 0
    took: list[float] = []
    for wish, parts in own_wishes(name):
        started = time.process_time()
        plan(Wish(wish))
        took.append((time.process_time() - started) * 1000)
        total += len(parts)
        found += len(parts) - len(missed(wish, parts))
    return found, total, statistics.median(took)


if __name__ == "__main__":
    plan(Wish("clients: name"))
    for file in ("own_wishes.txt", "held_out.txt"):
        hits, parts, milliseconds = figures(file)
        sys.stdout.write(
            f"{file:16} {len(own_wishes(file)):3} wishes  {hits:3} of {parts} parts found  {hits / parts:.3f}  median {milliseconds:.1f} ms\n"
        )
