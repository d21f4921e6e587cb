"""Who may do what: `only managers can approve`, `tenants see their own requests`."""

import re

from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.intents import ROLE
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import RoleSketch, Sketch

_NOT_ROLES = frozenset(
    "i we you they it he she this that everyone everybody anyone people nobody one someone which who there what else all each every task project status rows row form calendar board table field they'd order request assigned".split()
)
_SEE = re.compile(r"\b(?:see|sees|view|read|access|log\s+in)\b")
_EDIT = re.compile(r"\b(?:edit|change|update|approve|decline|reject|delete|manage|write|assign|close|everything)\b")
_ADD = re.compile(r"\b(?:add|submit|create|book|log|enter|fill|report|request)\b")


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause names a role. What each may do is told in the role's rights as far as it can be."""
    text = clause.text
    made = False
    for m in ROLE.finditer(text):
        who = next((m[g] for g in ("who", "who2", "who3", "who4", "who5", "who6", "who7", "who8") if m[g]), "")
        who = re.sub(r"^(?:nobody|no\s+one)\s+(?:else\s+)?(?:but|except(?:\s+for)?|other\s+than)\s+", "", who.strip())
        for one in re.split(r"\s*(?:,|/|&|\band\b|\bor\b)\s*", who):
            made = _role(one, m, clause, sketch) or made
    return made


def _role(who: str, m: "re.Match[str]", clause: Clause, sketch: Sketch) -> bool:
    words = [
        w
        for w in re.findall(r"[\w'-]+", who.lower())
        if w
        not in (
            "the",
            "our",
            "my",
            "a",
            "an",
            "all",
            "only",
            "and",
            "but",
            "so",
            "also",
            "each",
            "every",
            "their",
            "its",
            "please",
            "other",
            "that",
            "then",
        )
    ]
    if (
        not words
        or len(words) > 3
        or words[-1] in _NOT_ROLES
        or singular(words[-1]) in _NOT_ROLES
        or not re.search(r"[a-z]{2}", words[-1])
    ):
        return False
    name = cased_name(lemma(" ".join(words)))
    role = next((r for r in sketch.roles if lemma(r.name) == lemma(name)), None)
    if role is None:
        role = RoleSketch(name, (clause.start, clause.end), clause.raw)
        sketch.roles.append(role)
    said = m[0] + clause.text[m.end() : m.end() + 80]
    tables = sketch.mentioned(said) or ([sketch.subject] if sketch.subject else [])
    may = "edit" if _EDIT.search(said) else "add" if _ADD.search(said) else "see"
    if re.search(r"\bcannot|can't|can\s+not|not\s+(?:see|view|access)|mustn't|shouldn't", said):
        may = "nothing" if _SEE.search(said) else "see"
    role.rights += [
        {"table": t, "may": may, "own": bool(re.search(r"\b(?:own|theirs|assigned\s+to\s+them|their\s+\w+\s+only)\b", said))}
        for t in tables[:3]
    ]
    return True
