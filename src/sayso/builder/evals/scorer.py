"""Compares a built spec with a gold spec, part by part, and says what went wrong.

Names are alike when their words are, in the singular; fields are compared inside tables that were found; a link counts from either
side; optional gold parts count neither for nor against. Counts are hits, parts built and parts wanted, so that precision, recall and F1
can be taken per wish and averaged over the wishes that want such a part.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sayso.builder.planner.inflect import singular

Json = dict[str, Any]
PARTS = ("table", "field", "link", "view", "rule", "ai", "role")
_WEAK = frozenset("date time name number no id code title value".split())
_SMALL = frozenset("the a an of and or for to in on at by with is has are was our my s their its".split())
_ALIKE = (
    "employee staff worker colleague crew person member", "customer client", "company organisation organization business", "booking reservation",
    "student pupil learner", "vendor supplier", "vehicle car van truck", "location place site venue", "task todo", "issue ticket", "log record entry",
    "line item", "photo image picture", "file attachment document upload scan", "phone mobile telephone tel", "email mail", "due deadline",
    "start begin from", "end finish until", "note comment remark", "status stage state", "assignee assigned owner responsible", "quantity qty",
    "birth dob birthday", "category type kind", "price cost rate fee", "licence license", "colour color", "centre center", "cheque check",
)  # fmt: skip
_CANON = {w: group.split()[0] for group in _ALIKE for w in group.split()}
_DAYS: list[str] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_SAME_TRIGGER = ({"form_submitted", "row_created"}, {"date_reached", "schedule"})
_MESSAGES = frozenset({"send_email", "send_slack", "send_sms", "notify"})


@dataclass(slots=True)
class Score:
    """What one wish scored: counts a part, shares for the rest, and every error as `(class, words)`."""

    counts: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    """By part: hits, built, wanted."""
    shares: dict[str, float] = field(default_factory=dict)
    """`kind`, `options`, `outcome`, `made`, `kept`: 0 to 1."""
    errors: list[tuple[str, str]] = field(default_factory=list)


def words(name: str) -> frozenset[str]:
    found = [singular(w) for w in re.findall(r"[a-z0-9]+", str(name).lower().replace("'s", ""))]
    telling = [_CANON.get(w, w) for w in found if w not in _SMALL]
    return frozenset(telling or found or [str(name).lower()])


def alike(a: str, b: str, ignoring: frozenset[str] = frozenset()) -> float:
    """0 to 1: how likely two names mean the same."""
    if " ".join(a.lower().split()) == " ".join(b.lower().split()):
        return 1.0
    mine, yours = (words(n) - ignoring or frozenset({"name"}) for n in (a, b))
    if mine == yours:
        return 0.95
    strong, other = mine - _WEAK, yours - _WEAK
    if not strong or not other:
        return 0.55 if mine & yours else 0.0
    both, either = len(strong & other), len(strong | other)
    if not both:
        return 0.0
    if both == either:
        return 0.9
    inside = strong <= other or other <= strong
    return 0.5 + 0.35 * both / either if both * 2 >= either or (inside and both * 3 >= either) else 0.0


def like(part: Json, name: str, ignoring: frozenset[str] = frozenset()) -> float:
    """How likely a name means a gold part, by its name or by what else it may be called (`aka`)."""
    return max(alike(n, name, ignoring) - 0.005 * (i > 0) for i, n in enumerate([part["name"], *part.get("aka", [])]))


def paired(scores: dict[tuple[int, int], float], least: float) -> dict[int, int]:
    """The best partner of each, no partner twice."""
    found: dict[int, int] = {}
    for (i, j), s in sorted(scores.items(), key=lambda x: -x[1]):
        if s >= least and i not in found and j not in found.values():
            found[i] = j
    return found


def score(gold: Json, built: Json | None, given: Json | None = None) -> Score:
    """`built` is None when nothing was built."""
    return _Compared(gold, built or {"tables": [], "views": [], "automations": [], "ai": [], "roles": []}, given).score


class _Compared:
    def __init__(self, gold: Json, built: Json, given: Json | None) -> None:
        self.gold, self.built, self.given = gold, built, given
        self.score = Score()
        self._tables()
        self._fields()
        self._links()
        self._count_fields()
        self.views = self._soft("view", gold["views"], built["views"], self._view, lambda v: v["type"] == "grid")
        self.rules = self._soft("rule", gold["automations"], built["automations"], self._rule)
        self._soft("ai", gold["ai"], built["ai"], self._ai)
        self._soft("role", gold.get("roles", []), built.get("roles", []), lambda a, b: float(alike(a, b) >= 0.5))
        if given is not None:
            self._edited(given)

    def err(self, sort: str, what: str) -> None:
        self.score.errors.append((sort, what))

    def put(self, part: str, hits: float, made: int, wanted: int) -> None:
        if wanted:
            self.score.counts[part] = (hits, made, wanted)

    def _tables(self) -> None:
        gold, built = self.gold["tables"], self.built["tables"]
        scores = {}
        for i, g in enumerate(gold):
            for j, b in enumerate(built):
                s = like(g, b["name"])
                if s >= 0.5:
                    s += (
                        0.1
                        * sum(any(like(f, h["name"]) >= 0.5 for h in b["fields"]) for f in g["fields"])
                        / max(len(g["fields"]), 1)
                    )
                    s += 0.0 if g.get("optional") else 0.01
                scores[i, j] = s
        pairs = paired(scores, 0.5)
        self.to_built = {gold[i]["name"]: built[j]["name"] for i, j in pairs.items()}
        self.to_gold = {b: g for g, b in self.to_built.items()}
        self.free = {built[j]["name"] for i, j in pairs.items() if gold[i].get("optional")}
        need = [t for t in gold if not t.get("optional")]
        hits = [t for t in need if t["name"] in self.to_built]
        extra = [t["name"] for t in built if t["name"] not in self.to_gold]
        self.extra_tables = extra
        self._need_tables = (len(hits), need)

    def _fields(self) -> None:
        self.pairs: dict[tuple[str, str], Json] = {}
        for g in self.gold["tables"]:
            b = next((t for t in self.built["tables"] if t["name"] == self.to_built.get(g["name"])), None)
            if b is None:
                continue
            skip = words(g["name"]) | words(b["name"])
            scores = {}
            for i, f in enumerate(g["fields"]):
                for j, h in enumerate(b["fields"]):
                    s = max(like(f, h["name"]), 0.9 * like(f, h["name"], skip))
                    if f["type"] == "link" and h.get("type") == "link" and self.to_built.get(f["link_to"]) == h.get("link_to"):
                        s = max(s, 0.6)
                    if s:
                        s += 0.02 * (f["type"] == h.get("type")) + 0.01 * (not f.get("optional"))
                    scores[i, j] = s
            for i, j in paired(scores, 0.5).items():
                self.pairs[g["name"], g["fields"][i]["name"]] = b["fields"][j]

    def _links(self) -> None:
        links = [
            (t["name"], f["name"], f.get("link_to")) for t in self.built["tables"] for f in t["fields"] if f.get("type") == "link"
        ]
        used: set[int] = set()
        self.neutral: set[tuple[str, str]] = set()
        self.done: set[tuple[str, str]] = set()
        settled: set[frozenset[str]] = set()
        hits = wanted = 0
        joins: set[str] = set()
        optional = {t["name"] for t in self.gold["tables"] if t.get("optional")}
        for t in self.gold["tables"]:
            for f in t["fields"]:
                if f["type"] != "link":
                    continue
                free = bool(f.get("optional")) or bool({t["name"], f["link_to"]} & optional)
                wanted += not free
                a, b = self.to_built.get(t["name"]), self.to_built.get(f["link_to"])
                if a is None or b is None:
                    None if free else self.err("link missed", f"{t['name']}.{f['name']} > {f['link_to']} (no table)")
                    continue
                fit = [
                    (alike(f["name"], n) + (x == a), k)
                    for k, (x, n, y) in enumerate(links)
                    if k not in used and (x, y) in ((a, b), (b, a))
                ]
                if fit:
                    k = max(fit)[1]
                    used.add(k)
                    self.neutral.add((links[k][0], links[k][1]))
                elif join := next(
                    (
                        x["name"]
                        for x in self.built["tables"]
                        if x["name"] in self.extra_tables and {a, b} <= {h.get("link_to") for h in x["fields"]}
                    ),
                    None,
                ):
                    joins.add(join)
                else:
                    None if free else self.err("link missed", f"{t['name']}.{f['name']} > {f['link_to']}")
                    continue
                hits += not free
                settled.add(frozenset((a, b)))
                self.done.add((t["name"], f["name"]))
        self.extra_tables = [t for t in self.extra_tables if t not in joins]
        count, need = self._need_tables
        self.put("table", count, count + len(self.extra_tables), len(need))
        for t in need:
            None if t["name"] in self.to_built else self.err("table missed", t["name"])
        for name in self.extra_tables:
            self.err("table invented", name)
        false = 0
        for k, (x, n, y) in enumerate(links):
            if k in used or x not in self.to_gold or y not in self.to_gold or {x, y} & self.free:
                continue
            if frozenset((x, y)) in settled:
                self.neutral.add((x, n))
                continue
            pair = next(
                (
                    g
                    for (t, name), h in self.pairs.items()
                    if t == self.to_gold[x] and h["name"] == n
                    for g in self._gold_field(t, name)
                ),
                None,
            )
            if pair is not None and (pair.get("optional") or "link" in pair.get("alt", [])):
                continue
            false += 1
            self.err("link invented", f"{x}.{n} > {y}")
        self.put("link", hits, hits + false, wanted)

    def _gold_field(self, table: str, name: str) -> Iterable[Json]:
        return (f for t in self.gold["tables"] if t["name"] == table for f in t["fields"] if f["name"] == name)

    def kind_ok(self, f: Json, h: Json, table: str) -> bool:
        if h.get("type") == f["type"] or h.get("type") in f.get("alt", ()):
            return True
        return h.get("type") == "ai" and any(a.get("table") == table and a.get("field") == f["name"] for a in self.gold["ai"])

    def _count_fields(self) -> None:
        hits = missed = false = right = 0
        said = got = 0
        for t in self.gold["tables"]:
            if t.get("optional"):
                continue
            there = next((b for b in self.built["tables"] if b["name"] == self.to_built.get(t["name"])), None)
            if there is None:
                continue
            taken: set[str] = set()
            for f in t["fields"]:
                h = self.pairs.get((t["name"], f["name"]))
                if h is not None:
                    taken.add(h["name"])
                if f.get("optional"):
                    continue
                if h is None and (t["name"], f["name"]) not in self.done:
                    missed += 1
                    self.err("field missed", f"{t['name']}.{f['name']}:{f['type']}")
                    continue
                hits += 1
                ok = h is None or self.kind_ok(f, h, t["name"])
                right += ok
                if not ok and h is not None:
                    self.err("kind", f"{t['name']}.{f['name']}: {f['type']} built as {h.get('type')}")
                if f.get("options") and h is not None and f["type"] in ("select", "multi_select"):
                    have = [o.lower() for o in h.get("options", [])]
                    found = [o for o in f["options"] if any(alike(o, x) >= 0.5 for x in have)]
                    said, got = said + len(f["options"]), got + len(found)
                    if len(found) < len(f["options"]):
                        self.err("choices", f"{t['name']}.{f['name']}: {f['options']} built as {h.get('options')}")
            for h in there["fields"]:
                if (
                    h["name"] in taken
                    or (there["name"], h["name"]) in self.neutral
                    or h["name"].lower() in ("id", "created at", "created by")
                ):
                    continue
                if h.get("type") == "link" and h.get("link_to") in self.free:
                    continue
                false += 1
                self.err("field invented", f"{t['name']}.{h['name']}:{h.get('type')}")
        if hits + missed:
            self.put("field", hits, hits + false, hits + missed)
        if hits:
            self.score.shares["kind"] = right / hits
        if said:
            self.score.shares["options"] = got / said

    def _table_ok(self, g: Json, b: Json) -> bool:
        return not g.get("table") or not b.get("table") or self.to_built.get(g["table"]) == b["table"]

    def _view(self, g: Json, b: Json) -> float:
        if g["type"] != b["type"] and {g["type"], b["type"]} != {"chart", "dashboard"}:
            return 0.0
        if g["type"] != "dashboard" and not self._table_ok(g, b):
            return 0.0
        by = g.get("by")
        pair = self.pairs.get((g.get("table") or "", by or ""))
        field = next(iter(self._gold_field(g.get("table") or "", by or "")), {"name": by or ""})
        right = not by or (bool(b.get("by")) and (like(field, b["by"]) >= 0.5 or (pair is not None and pair["name"] == b["by"])))
        return 1.0 if g["type"] == b["type"] and right else 0.5

    def _rule(self, g: Json, b: Json) -> float:
        if g["trigger"] != b["trigger"] and not any({g["trigger"], b["trigger"]} <= s for s in _SAME_TRIGGER):
            return 0.0
        parts = [float(g["trigger"] == b["trigger"]), float(self._table_ok(g, b)), _actions(g["actions"], b["actions"])]
        if g.get("cron"):
            want, have = _cron(g["cron"]), _cron(b.get("cron") or "")
            parts.append(float(want[2:] == have[2:] if g.get("time_free") else want == have))
        return sum(parts) / len(parts)

    def _ai(self, g: Json, b: Json) -> float:
        near = ({"summarize", "generate"}, {"classify", "extract"}, {"extract", "generate"}, {"translate", "generate"})
        if g["kind"] != b["kind"] and not any({g["kind"], b["kind"]} <= s for s in near):
            return 0.0
        return 1.0 if g["kind"] == b["kind"] and self._table_ok(g, b) else 0.5

    def _soft(
        self,
        part: str,
        gold: list[Any],
        built: list[Any],
        credit: Callable[[Any, Any], float],
        neutral: Callable[[Any], bool] = lambda _: False,
    ) -> dict[int, float]:
        scores = {(i, j): credit(g, b) for i, g in enumerate(gold) for j, b in enumerate(built)}
        pairs = paired({k: s for k, s in scores.items() if s > 0}, 0.01)
        made = [j for j, b in enumerate(built) if j in pairs.values() or not neutral(b)]
        self.put(part, sum(scores[i, j] for i, j in pairs.items()), len(made), len(gold))
        for i, g in enumerate(gold):
            if i not in pairs:
                self.err(f"{part} missed", str(g))
            elif scores[i, pairs[i]] < 1:
                self.err(f"{part} partly", f"{g} built as {built[pairs[i]]}")
        for j in made:
            if j not in pairs.values():
                self.err(f"{part} invented", str(built[j]))
        return {i: scores[i, j] for i, j in pairs.items()}

    def _edited(self, given: Json) -> None:
        made: list[float] = []
        kept: list[float] = []
        old = {t["name"]: t for t in given["tables"]}
        for name in old.keys() - {t["name"] for t in self.gold["tables"]}:
            made.append(float(not any(b["name"].lower() == name.lower() for b in self.built["tables"])))
        for t in self.gold["tables"]:
            before = {f["name"]: f for f in old.get(t["name"], {}).get("fields", [])}
            if t["name"] not in old and not t.get("optional"):
                made.append(float(t["name"] in self.to_built))
            for f in t["fields"]:
                if f.get("optional"):
                    continue
                h = self.pairs.get((t["name"], f["name"]))
                right = (h is not None and self.kind_ok(f, h, t["name"])) or (h is None and (t["name"], f["name"]) in self.done)
                was = before.get(f["name"])
                (kept if was is not None and was["type"] == f["type"] else made).append(float(right))
                new = set(f.get("options", [])) - set((was or {}).get("options", []))
                if was is not None and new:
                    have = {o.lower() for o in (h or {}).get("options", [])}
                    made += [float(o.lower() in have) for o in new]
            there = next((b for b in self.built["tables"] if b["name"] == self.to_built.get(t["name"])), {"fields": []})
            for gone in before.keys() - {f["name"] for f in t["fields"]}:
                made.append(float(not any(h["name"].lower() == gone.lower() for h in there["fields"])))
        for now, was, found in (
            (self.gold["views"], given["views"], self.views),
            (self.gold["automations"], given["automations"], self.rules),
        ):
            for i, part in enumerate(now):
                (kept if part in was else made).append(found.get(i, 0.0))
            made += [
                float(not any(b["type"] == v["type"] and b.get("table") == self.to_built.get(v.get("table") or "", v.get("table")) for b in self.built["views"]))
                for v in was if v not in now and "type" in v and any(t["name"] == v.get("table") for t in self.gold["tables"])
            ]  # fmt: skip
        if made:
            self.score.shares["made"] = sum(made) / len(made)
        if kept:
            self.score.shares["kept"] = sum(kept) / len(kept)


def _actions(want: list[str], have: list[str]) -> float:
    rest, hits, left = list(have), 0, []
    for one in want:
        if one in rest:
            rest.remove(one)
            hits += 1
        else:
            left.append(one)
    for one in left:
        match = next((h for h in rest if "notify" in (one, h) and {one, h} <= _MESSAGES), None)
        if match:
            rest.remove(match)
            hits += 1
    total = len(want) + len(have)
    return 2 * hits / total if total else 1.0


def _cron(line: str) -> tuple[str, ...]:
    """A cron line in one way of writing: `MON-FRI`, `1-5` and `1,2,3,4,5` are the same."""
    parts = re.sub(r"\b(sun|mon|tue|wed|thu|fri|sat)\b", lambda m: str(_DAYS.index(str(m[1]))), line.lower()).split()
    out: list[str] = []
    for part in parts:
        numbers: set[int] = set()
        for piece in part.split(","):
            m = re.fullmatch(r"(\d+)(?:-(\d+))?", piece)
            if m is None:
                break
            numbers |= set(range(int(m[1]), int(m[2] or m[1]) + 1))
        else:
            out.append(",".join(str(n) for n in sorted(n % 7 if len(out) == 4 else n for n in numbers)))
            continue
        out.append(part)
    return tuple(out)


def mean(scores: Iterable[Score]) -> dict[str, tuple[float, int]]:
    """Every figure as a mean over the wishes to which it applies, and over how many."""
    sums: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        for part, (hits, made, wanted) in one.counts.items():
            p, r = (hits / made if made else 0.0), hits / wanted
            for name, value in (("precision", p), ("recall", r), ("f1", 2 * p * r / (p + r) if p + r else 0.0)):
                sums[f"{part} {name}"].append(value)
        for name, value in one.shares.items():
            sums[name].append(value)
    return {k: (sum(v) / len(v), len(v)) for k, v in sums.items()}
