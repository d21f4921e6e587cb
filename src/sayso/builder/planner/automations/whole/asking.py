"""What is asked of a person, a model or a co-worker before it goes on."""

import re

from sayso.builder.planner.automations.deeds import task_of
from sayso.builder.planner.automations.whole import spans
from sayso.builder.planner.automations.whole.about import About, Json, listed, sentence, title_of
from sayso.builder.planner.automations.whole.pieces import Piece, quoted
from sayso.builder.planner.automations.whole.recipients import resolved
from sayso.builder.planner.names import stems
from sayso.spec.fields import Ai, AnyField, Select

_WHO = r"(?P<lead>(?:the|our|my|its|their|an?)\s+)?(?P<who>(?!approval|it\b|me\s+to\s+approve)[\w'.-]+(?:\s+(?!to\b|for\b|if\b|whether\b|has\b|must\b|approv)[\w'-]+){0,2})"
_APPROVE = (
    re.compile(rf"\b(?:asks?|gets?|lets?|haves?|needs?|wants?|requires?|request)\s+{_WHO}\s+(?:to\s+)?(?:approve|sign\s+off|confirm|ok|okay|release|agree|decide|say\s+yes|check\s+and\s+approve|give\s+(?:the\s+)?(?:ok|go))"),
    re.compile(rf"\b(?:asks?|asking)\s+{_WHO}\s+for\s+(?:an?\s+|the\s+|their\s+|his\s+|her\s+)?(?:approval|sign[- ]?off|permission|ok|okay|release|confirmation|a\s+yes)"),
    re.compile(rf"\b(?:approval|approved|sign[- ]?off|signed\s+off|permission|release|released|ok)\s+(?:step\s+)?(?:by|from|of)\s+{_WHO}"),
    re.compile(rf"\b{_WHO}\s+(?:must|has\s+to|have\s+to|needs\s+to|need\s+to|should)\s+(?:first\s+)?(?:approve|sign\s+off|confirm|release|agree)"),
    re.compile(rf"\b(?:wait\s+for|once|after|until)\s+{_WHO}(?:'s|s')?\s+(?:approval|sign[- ]?off|approves|signs\s+off|says\s+yes|agrees|confirms|ok)"),
)  # fmt: skip
_BARE = re.compile(r"\b(?:approval|sign[- ]?off)\b(?!\s+(?:date|status|field))")
_WRITES = re.compile(
    r"\b(?:summari[sz]es?|classif(?:y|ies)|categori[sz]es?|translates?|extracts?|drafts?|triages?|scores?|detects?)\b|\b(?:ai|gpt|chatgpt|the\s+model|a\s+model|llm)\b|\b(?:writes?|suggests?|proposes?|generates?)\s+(?:an?|the|some)?\s*(?:[\w-]+\s+){0,2}(?:repl(?:y|ies)|response|answer|text|description|caption|draft|post|summary)\b|\b(?:generates?|makes?|draws?|creates?)\s+(?:an?\s+)?(?:[\w-]+\s+){0,2}(?:banner|image|picture|illustration)\b"
)


_SETS = re.compile(r"\b(?:into|in|as|to)\s+(?:the|its)\s+\w+|\b(?:set|fill|pick|choose)s?\b")


def read(piece: Piece, about: About) -> list[Json] | None:
    for one in (approval, coworker, model):
        if (steps := one(piece, about)) is not None:
            return steps
    return None


def approval(piece: Piece, about: About) -> list[Json] | None:
    """Somebody says yes or no; the run waits so long."""
    by = ""
    for pattern in _APPROVE:
        if m := pattern.search(piece.text):
            words = piece.raw[m.start("who") : m.end("who")]
            by = resolved(words.removesuffix("'s").removesuffix("’s"), m["lead"] or "", about)
            break
    else:
        if not _BARE.search(piece.text) or re.search(r"\b(?:e-?mail|tell|notify|post)\b", piece.text):
            return None
    table = about.row
    asked = quoted(piece.raw) or (f"Approve {title_of(table)}?" if table else "May this go on?")
    if table is not None and not quoted(piece.raw):
        asked = f"{asked}\n\n{listed(table)}".strip()
    step = about.step("approval", "approval", "approval", by=by, question=asked[:3_900])
    if (limit := re.search(rf"\bwithin\s+{spans.SPAN}", piece.text)) is not None:
        step["seconds"] = max(60, spans.seconds(limit["count"], limit["unit"]))
    if not by:
        about.left.append("who approves it: choose a person or a role in the step")
    return [step]


def coworker(piece: Piece, about: About) -> list[Json] | None:
    """A co-worker of the app that the words name."""
    said = stems(piece.text)
    if about.trigger == "message" and re.match(r"(?:e-?mail|send|post|create|add|notify|tell)", piece.text):
        return None
    for one in about.app.coworkers:
        own = stems(one.name)
        if (
            own
            and any(said[n : n + len(own)] == own for n in range(len(said)))
            and re.search(r"\b(?:asks?|lets?|has|have|gets?|tells?|co-?worker|should|calls?|wants?)\b", piece.text)
        ):
            ask = re.sub(rf"^.*?{re.escape(one.name.lower())}\s*(?:to\s+|for\s+|about\s+|should\s+)?", "", piece.text)
            row = f"\n\n{title_of(about.row)}\n{listed(about.row)}" if about.row else ""
            return [about.step("ask_coworker", "asked", "answer", coworker=one.id, ask=f"{sentence(ask or piece.raw)}.{row}")]
    if re.search(r"\bco-?worker\b|\bask\s+the\s+(?:ai\s+)?agent\b", piece.text) and re.search(
        r"\b(?:ask|let|have)\b", piece.text
    ):
        about.left.append(f"{sentence(piece.raw)}: the app has no co-worker of that name yet")
        return []
    return None


def model(piece: Piece, about: About) -> list[Json] | None:
    """A model's work on the row, or on what was found."""
    if not _WRITES.search(piece.text) or (
        re.search(r"^(?:e-?mail|send|post|notify|tell)\b", piece.text) and not re.search(r"\bai\b", piece.text)
    ):
        return None
    task = task_of(piece.text)
    into = _into(piece, about, task)
    prompt = sentence(piece.raw)
    if about.row is not None:
        prompt = f"{prompt}.\n\n{title_of(about.row)}\n{listed(about.row)}"
    elif rows := about.output("rows", "table") or about.output("changes", "text"):
        prompt = f"{prompt}.\n\n{rows}"
    else:
        came = {"webhook": "{trigger: body}", "email": "{trigger: subject}\n{trigger: text}", "message": "{trigger: text}"}.get(
            about.trigger, ""
        )
        prompt = f"{prompt}.\n\n{came}".strip()
    judged = task == "classify"
    step = about.step(
        "ai",
        "picture" if task == "image" else "judged" if judged else "answer",
        "judged" if judged else "answer",
        task=task,
        slot="image" if task == "image" else "text",
        prompt=prompt,
    )
    if into is not None:
        step["into"] = into.id
        if isinstance(into, Select) and task in ("classify", "generate"):
            step["task"] = "classify"
    return [step]


def _into(piece: Piece, about: About, task: str) -> AnyField | None:
    """The field of the row that the answer goes into, where the words or its kind say so."""
    if about.row is None:
        return None
    fields = [f for f in about.row.fields if f.writable or isinstance(f, Ai)]
    named = [
        f
        for f in fields
        if re.search(rf"\b{re.escape(f.name.lower())}\b", piece.text)
        and f.kind in ("text", "long_text", "select", "multi_select", "ai", "number", "image", "file", "rating", "checkbox")
    ]
    sets = isinstance(next(iter(named), None), Select) or _SETS.search(piece.text)
    if named and sets:
        return named[0]
    own = next((f for f in fields if isinstance(f, Ai) and f.task == task), None)
    if own is not None:
        return own
    if task == "classify":
        return next(
            (
                f
                for f in fields
                if isinstance(f, Select) and re.search(r"categor|type|topic|priorit|sentiment|kind", f.name.lower())
            ),
            None,
        )
    return None
