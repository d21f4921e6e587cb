"""A whole automation from its words: the trigger first, then piece by piece what is done, with its ifs, loops and waits."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sayso.builder.planner.automations.whole import asking, files, messages, outside, reports, rows, spans
from sayso.builder.planner.automations.whole.about import About, Json, happened, tidy
from sayso.builder.planner.automations.whole.pieces import Piece, pieces, verb_at
from sayso.builder.planner.automations.whole.starts import Start, met, start_of
from sayso.builder.planner.automations.whole.which import rows_meant
from sayso.spec.app import App
from sayso.spec.filter import Filter
from sayso.spec.table import Table

_LIMITED = frozenset({"row_created", "row_changed", "row_deleted", "date_reached", "button"})
"""Triggers that take a condition of their row."""
_ROWED = ("create", "add", "update", "set", "mark", "change", "move", "assign", "close", "archive", "delete", "remove", "find", "look", "count", "total", "sum", "open", "log", "insert", "upsert", "increase", "reduce", "lower", "raise", "record", "tick", "flag", "bin", "trash", "clear", "reopen", "cancel", "put", "work", "calculate", "list", "fetch")  # fmt: skip
_MODELLED = re.compile(
    r"^(?:summari[sz]|classif|categori[sz]|translat|extract|draft|triage|score|detect|generate|write\s+(?:an?\s|the\s|some\s)|suggest|propose|let\s+(?:the\s+)?(?:ai|model)|have\s+(?:the\s+)?(?:ai|model)|use\s+(?:ai|a\s+model)|ai\b)"
)


@dataclass(slots=True)
class Told:
    """`left` are words that no step came from, and what the person has to fill in. `outright`: more than a message was understood."""

    trigger: Json
    steps: list[Json]
    row: Table | None
    table: Table | None
    assumed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    sure: bool = True


def told(raw: str, app: App, table: Table | None = None, start: Start | None = None) -> Told | None:
    """None when the words say no trigger, or nothing to do."""
    start = start or start_of(raw, app, table)
    if start is None:
        return None
    rest = raw
    for a, b in start.spans:
        rest = rest[:a] + "," + " " * (b - a - 1) + rest[b:] if b > a else rest
    about = About(
        app, start.row or table, start.row, str(start.trigger["kind"]), assumed=list(start.assumed), left=list(start.left)
    )
    if start.row is None:
        about.table = about.named(rest) or table
    trigger = dict(start.trigger)
    about.happened = happened(trigger, start.row)
    walk = Walk(about, trigger)
    walk.begins = min((a for a, _ in start.spans), default=0)
    said = pieces(rest)
    for n, piece in enumerate(said):
        walk.more = n + 1 < len(said)
        walk.parted = any(_ELSE.match(p.text) for p in said[n + 1 :])
        walk.take(piece)
    steps = pruned(walk.root)
    if not steps:
        return None
    if trigger["kind"] == "schedule" and about.table is not None:
        trigger["table"] = about.table.id
    return Told(trigger, steps, start.row, about.table, about.assumed, about.left, start.sure)


def pruned(steps: list[Json]) -> list[Json]:
    """Without loops and ifs in which nothing is done."""
    kept: list[Json] = []
    for step in steps:
        step = step | {place: pruned(step[place]) for place in ("then", "otherwise", "steps") if place in step}
        empty = step["kind"] in ("for_each", "branch") and not any(step.get(place) for place in ("then", "otherwise", "steps"))
        if not empty:
            kept.append({k: v for k, v in step.items() if not (k in ("then", "otherwise") and not v)})
    return kept


_WAIT = re.compile(
    rf"^(?:(?:waits?|pauses?|holds?(?:\s+on)?)\s+(?:for\s+|another\s+)*{spans.SPAN}(?:\s+(?:before|and|then)\b.*)?|after\s+(?:another\s+)?{spans.SPAN.replace('count', 'count2').replace('unit', 'unit2')}(?:\s+have\s+passed|\s+more)?|{spans.SPAN.replace('count', 'count3').replace('unit', 'unit3')}\s+(?:later|after\s+that|afterwards))\s*,?\s*"
)
_UNTIL = re.compile(r"^(?:(?:waits?|pauses?|holds?)\s+)?until\s+(?P<x>[^,;.]+)")
_IF = re.compile(
    r"^(?P<only>only\s+)?(?P<neg>unless|if\s+not\b)?(?:(?:if|when(?:ever)?|once|as\s+soon\s+as|for|on|with)\b)?\s*(?P<c>.+)$"
)
_IS_IF = re.compile(r"^(?:only\s+(?:if|when|for|on|with)|if|unless|when(?:ever)?|once|as\s+soon\s+as)\b")
_ELSE = re.compile(r"^(?:otherwise|else|if\s+not|in\s+any\s+other\s+case|not)\b\s*,?\s*")
_EACH = re.compile(
    r"^for\s+(?:each|every)\s+(?:one\s+)?(?:of\s+(?:them|these|those)|(?P<x>[\w -]{2,60}?))(?=\s*(?:,|$|:|\b(?:e-?mail|send|create|add|update|set|post|notify|remind|mark)\b))\s*[,:]?\s*"
)
_YES = re.compile(
    r"\b(?:approved|approves|approve\s+it|says?\s+yes|said\s+yes|agrees?|yes|signed\s+off|signs\s+off|confirmed|ok(?:ay)?)\b"
)
_NO = re.compile(
    r"\b(?:declined?s?|rejects?|rejected|refused|refuses|says?\s+no|said\s+no|not\s+approved|turned\s+down|denied|denies|isn't\s+approved|doesn't\s+approve|no)\b"
)
_STOP = re.compile(r"^(?:stops?|ends?|do\s+nothing|nothing)\b")
_ATTACH = re.compile(
    r"^(?:attach(?:es)?|includes?|adds?\s+(?:it|an?\s+(?:chart|graph|pdf|csv))|puts?\s+(?:an?|the)\s+(?:chart|graph|table))\b"
)
_TAIL_WAIT = re.compile(rf"\s+(?:still\s+)?(?:after|within|for(?:\s+more\s+than)?)\s+{spans.SPAN}(?:\s+later)?")


class Walk:
    """Goes through the pieces in order; `into` is the list of steps that the next one belongs to."""

    def __init__(self, about: About, trigger: Json, read: Callable[[Piece, About], list[Json] | None] | None = None) -> None:
        self.about, self.trigger, self.read = about, trigger, read or action
        self.root: list[Json] = []
        self.into: list[Json] = self.root
        self.branch: Json | None = None
        self.begins = 0
        """Where the trigger begins: what stands before it and does nothing is about something else."""
        self.more = False
        """Whether further pieces follow."""
        self.parted = False
        """Whether one of them says what happens otherwise."""

    def take(self, piece: Piece) -> None:
        for one in (self._until, self._waits, self._stops, self._otherwise, self._each, self._if, self._attached):
            if (rest := one(piece)) is not None:
                if rest.text.strip(" ,"):
                    self.take(rest)
                return
        steps = self.read(piece, self.about)
        if steps is None:
            if piece.end > self.begins:
                self.about.left.append(tidy(piece.raw))
            return
        for step in steps:
            if not self._judges(step, piece):
                self.into.append(step)

    def _judges(self, step: Json, piece: Piece) -> bool:
        """A model that chooses a value of the row that is about to be added: it is asked before, and its answer goes into the row."""
        last = self.into[-1] if self.into else None
        if (
            step["kind"] != "ai"
            or step.get("into")
            or self.about.row is not None
            or last is None
            or last["kind"] not in ("create_row", "upsert_row")
        ):
            return False
        table = self.about.app.table(last["table"])
        one = (
            next(
                (
                    f
                    for f in table.fields
                    if re.search(rf"\b{re.escape(f.name.lower())}\b", piece.text) and f.kind in ("select", "text", "long_text")
                ),
                None,
            )
            if table
            else None
        )
        if one is None:
            return False
        if choices := [o.name for o in getattr(one, "options", ())]:
            step["prompt"] = f"{step['prompt']}\n\nAnswer with one of these and nothing else: {', '.join(choices)}"
        self.into.insert(len(self.into) - 1, step)
        last.setdefault("values", {})[one.id] = f"{{{step['id']}: answer}}"
        return True

    # ── ways through ──────────────────────────────────────

    def _until(self, piece: Piece) -> Piece | None:
        m = _UNTIL.match(piece.text)
        if m is None or re.search(r"\bapprov|\bsigns?\s+off|\bsays\s+yes", m["x"]):
            return None
        row = self.about.row
        dates = [f for f in row.fields if f.kind in ("date", "datetime")] if row else []
        words = set(re.findall(r"[a-z]+", m["x"]))
        one = next((f for f in dates if set(re.findall(r"[a-z]+", f.name.lower())) & words - {"the"}), None)
        if one is not None:
            self.into.append(self.about.step("wait", until=f"{{{one.name}}}"))
        elif re.search(r"\b(?:webhook|address\s+is\s+called|calls?\s+(?:us\s+)?back|answer\s+comes)\b", m["x"]):
            self.into.append(self.about.step("wait", "waited", "call", seconds=7 * 86_400, webhook=True))
        elif (day := re.search(r"\b(?P<d>\d{4}-\d{2}-\d{2})\b", m["x"])) is not None:
            self.into.append(self.about.step("wait", until=day["d"]))
        else:
            self.about.left.append(tidy(piece.raw))
        return _after(piece, m.end())

    def _waits(self, piece: Piece) -> Piece | None:
        m = _WAIT.match(piece.text)
        if m is None:
            return None
        count, unit = next((m[f"count{n}"], m[f"unit{n}"]) for n in ("", "2", "3") if m[f"count{n}"])
        self.into.append(self.about.step("wait", seconds=spans.seconds(count, unit)))
        cut = re.search(r"\s+(?:before|and|then)\b", m[0])
        return _after(piece, cut.end() if cut else m.end())

    def _stops(self, piece: Piece) -> Piece | None:
        if not _STOP.match(piece.text):
            return None
        if self.into is not self.root:
            self.into.append(self.about.step("stop"))
        return _after(piece, len(piece.text))

    def _otherwise(self, piece: Piece) -> Piece | None:
        m = _ELSE.match(piece.text)
        if m is None or self.branch is None:
            return None
        place = "then" if "otherwise" in self.branch else "otherwise"
        self.into = self.branch.setdefault(place, [])
        return _after(piece, m.end())

    def _each(self, piece: Piece) -> Piece | None:
        m = _EACH.match(piece.text)
        if m is None:
            return None
        about = self.about
        table = about.named(m["x"]) if m["x"] else about.found
        if table is None:
            return None
        if m["x"] and not (about.found is table and "rows" in about.ids):
            self.into += reports.found(Piece(m["x"], piece.raw[m.start("x") : m.end("x")], piece.start, piece.end), about)
        loop: Json = about.step("for_each") | {"steps": []}
        self.into.append(loop)
        self.into, about.row, about.looped, about.happened = loop["steps"], table, True, "."
        return _after(piece, m.end())

    def _if(self, piece: Piece) -> Piece | None:
        if not _IS_IF.match(piece.text):
            return None
        m = _IF.match(piece.text)
        if m is None:
            return None
        verb = verb_at(m["c"], 3)
        said = m["c"][: verb if verb is not None else len(m["c"])].strip(" ,")
        rest = _after(piece, m.start("c") + (verb if verb is not None else len(m["c"])))
        test = self._test(said, negated=bool(m["neg"]))
        if test is None:
            self.about.left.append(tidy(piece.raw[: m.start("c") + len(said)]))
            return rest
        if isinstance(test, Filter) and self._limits(test, m, rest):
            return rest
        if isinstance(test, str):
            return rest
        branch: Json = {
            **self.about.step("branch"),
            **({"filter": test.portable()} if isinstance(test, Filter) else {"tests": [test]}),
        }
        self.into.append(branch)
        self.branch = branch
        place = "otherwise" if m["neg"] and isinstance(test, Filter) else "then"
        branch[place] = self.into = list[Json]()
        return rest

    def _test(self, said: str, *, negated: bool) -> Filter | Json | str | None:
        """A filter of the row, a test of an earlier step's answer, `""` when it is what happens anyway; None when it cannot be read."""
        about = self.about
        if "approval" in about.ids and (_NO.search(said) or _YES.search(said)):
            no = bool(_NO.search(said)) != negated
            step = next(s for s in _every(self.root) if s.get("id") == about.ids["approval"])
            step["declined"] = "go_on"
            return {"value": about.output("approval", "approved"), "op": "is", "to": "false" if no else "true"}
        if (m := _TAIL_WAIT.search(said)) is not None and self.root:
            self.into.append(about.step("wait", seconds=spans.seconds(m["count"], m["unit"])))
            said = said[: m.start()] + said[m.end() :]
        row = about.row or about.table
        if row is not None and (filter := rows_meant(said, row)).of:
            return filter
        asked = next((k for k in ("judged", "answer") if k in about.ids), "")
        if asked and (
            m := re.search(
                r"\b(?:answer|it|result|sentiment|category|reply|message|mail|e-mail|model)\b.*?\b(?:is|says|contains|mentions|=)\s+(?P<v>[\w' -]{2,40})$",
                said,
            )
        ):
            return {"value": about.output(asked, "answer"), "op": "contains", "to": m["v"].strip()}
        if "rows" in about.ids and re.search(r"\b(?:any|some|there\s+are|at\s+least\s+one|something)\b", said):
            return {"value": about.output("rows", "count"), "op": "gt", "to": "0"}
        return None

    def _limits(self, filter: Filter, m: "re.Match[str]", rest: Piece) -> bool:
        """Whether the condition is one of the whole automation: said first, or last with `only`."""
        about = self.about
        whole = not self.root or (self.into is self.root and not rest.text.strip(" ,") and (bool(m["only"]) or not self.more))
        if not whole or m["neg"] or self.parted:
            return False
        if self.trigger["kind"] in _LIMITED and about.row is not None:
            before = Filter.model_validate(self.trigger.get("filter") or {})
            self.trigger["filter"] = met(before, filter).portable()
            return True
        if about.row is None and about.table is not None and self.trigger["kind"] == "schedule":
            about.limit = f"{about.limit} {m['c']}".strip()
            for step in _every(self.root):
                if step["kind"] in ("find_rows", "aggregate", "chart", "sheet") and step.get("table") == about.table.id:
                    step["filter"] = met(Filter.model_validate(step.get("filter") or {}), filter).portable()
            return True
        if self.root:
            inside = list(self.root)
            branch: Json = {**about.step("branch"), "filter": filter.portable(), "then": inside}
            self.root[:] = [branch]
            self.branch, self.into = branch, inside
            return True
        return False

    def _attached(self, piece: Piece) -> Piece | None:
        """What is to go with the e-mail that was said before."""
        mail = next((s for s in reversed(self.into) if s["kind"] == "send_email"), None)
        if mail is None or not _ATTACH.match(piece.text):
            return None
        made = attach(piece, mail, self.into, self.about)
        return _after(piece, len(piece.text)) if made else None


def attach(piece: Piece, mail: Json, into: list[Json], about: About) -> bool:
    """Makes the file or picture that the words name, right before the e-mail, and puts it in."""
    before = dict(about.ids)
    words = re.sub(r"^\w+\s+", "attach ", re.sub(r"\s+(?:to|in|into|with)\s+(?:the\s+)?(?:e-?mail|mail|it)\s*$", "", piece.text))
    steps = files.read(Piece(words, words, piece.start, piece.end), about)
    if not steps:
        return False
    found = next((s for s in into if s["kind"] == "find_rows"), None)
    for step in steps:
        if (
            found is not None
            and step.get("table") == found["table"]
            and step["kind"] in ("chart", "sheet")
            and found.get("filter")
        ):
            step.setdefault("filter", found["filter"])
    at = into.index(mail)
    into[at:at] = steps
    for gives, key in (("file", "file"), ("sheet", "file")):
        if about.ids.get(gives) != before.get(gives):
            mail["attachments"] = [*mail.get("attachments", []), about.output(gives, key)]
    if about.ids.get("chart") != before.get("chart"):
        mail["body"] = f"{mail.get('body', '')}\n\n{about.output('chart', 'picture')}".strip()
    return True


def _after(piece: Piece, at: int) -> Piece:
    text, raw = piece.text[at:], piece.raw[at:]
    lead = len(text) - len(re.sub(r"^[\s,]*(?:(?:then|and|please|also)\s+)*", "", text))
    return Piece(text[lead:], raw[lead:], piece.start + at + lead, piece.end)


def _every(steps: list[Json]) -> list[Json]:
    found: list[Json] = []
    for step in steps:
        found.append(step)
        for place in ("then", "otherwise", "steps"):
            found += _every(step.get(place) or [])
    return found


def action(piece: Piece, about: About) -> list[Json] | None:
    """The steps of one action; None when nobody can read it, an empty list when what is missing has been told."""
    first = re.match(r"[a-z-]+", piece.text)
    verb = (first[0] if first else "").rstrip("s")
    readers = [asking.approval, asking.coworker, outside.read]
    if _MODELLED.match(piece.text) and not re.search(r"\b(?:pdf|csv|xlsx|excel|spreadsheet|chart|graph)\b", piece.text):
        readers += [asking.model, files.read, messages.read, rows.read]
    elif verb in _ROWED or (first and first[0] in _ROWED):
        readers += [files.read, rows.read, messages.read, asking.model]
    else:
        readers += [files.read, messages.read, asking.model, rows.read]
    for one in readers:
        if (steps := one(piece, about)) is not None:
            return steps
    return None
