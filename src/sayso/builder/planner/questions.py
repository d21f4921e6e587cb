"""Fields said as questions: `who took it`, `which room`, `when returned`, `how many guests`."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.options import capital

_PARTICIPLE = {
    "took": "taken", "take": "taken", "takes": "taken", "gave": "given", "give": "given", "did": "done", "does": "done", "made": "made", "wrote": "written",
    "write": "written", "writes": "written", "brought": "brought", "bought": "bought", "paid": "paid", "pays": "paid", "sent": "sent", "saw": "seen", "found": "found",
    "drove": "driven", "drives": "driven", "ran": "run", "sold": "sold", "led": "led", "leads": "led", "taught": "taught", "teaches": "taught", "caught": "caught",
    "spoke": "spoken to", "held": "held", "fed": "fed", "built": "built", "won": "won", "chose": "chosen", "knew": "known", "began": "begun", "owns": "owned", "own": "owned",
    "has": "held", "had": "held", "handles": "handled", "runs": "run", "checks": "checked",
}  # fmt: skip
_HOW = {
    "urgent": ("Urgency", "select"), "important": ("Importance", "select"), "severe": ("Severity", "select"), "bad": ("Severity", "select"),
    "serious": ("Severity", "select"), "likely": ("Likelihood", "select"), "long": ("Duration", "duration"), "often": ("Frequency", "select"),
    "old": ("Age", "number"), "big": ("Size", "text"), "large": ("Size", "text"), "heavy": ("Weight", "number"), "tall": ("Height", "number"),
    "far": ("Distance", "number"), "difficult": ("Difficulty", "select"), "hard": ("Difficulty", "select"), "good": ("Rating", "rating"),
    "happy": ("Satisfaction", "rating"), "satisfied": ("Satisfaction", "rating"), "much": ("Amount", "money"), "many": ("Quantity", "number"),
    "hot": ("Temperature", "number"), "warm": ("Temperature", "number"), "fast": ("Speed", "number"), "expensive": ("Price", "money"),
}  # fmt: skip
_WHAT = {
    "wrong": ("Problem", "long_text"), "happened": ("What happened", "long_text"), "broken": ("Problem", "long_text"), "broke": ("Problem", "long_text"),
    "blocking": ("Blockers", "long_text"), "done": ("Work done", "long_text"), "needed": ("What is needed", "long_text"), "said": ("What was said", "long_text"),
    "costs": ("Cost", "money"), "cost": ("Cost", "money"), "about": ("Subject", "text"), "for": ("Purpose", "text"), "eaten": ("Food", "text"), "next": ("Next step", "text"),
}  # fmt: skip
_NOUN_TOO = frozenset("set run call order record log check show list type pick change move work note offer".split())
_MOMENT = frozenset(
    "taken returned started finished arrived left called opened closed picked dropped checked fed logged sent received resolved given ended".split()
)


_ASKS = re.compile(r"\b(?:wh(?:ether|o|en|ere|y|at|ich)|if|how)")


def asked_as(text: str) -> tuple[str, str | None] | None:
    """Name and kind of a field said as a question: `who took it`, `which room`, `when returned`, `how many guests`."""
    t = text.strip().rstrip("?").strip()
    if not _ASKS.search(text):
        return None
    t = re.sub(
        r"^(?:(?:we|i|they|it|you)\s+(?:also\s+)?(?:need\s+to\s+)?(?:know|record|note|write\s+down|want\s+to\s+know|need|log|see)\s+)",
        "",
        t,
    )
    if m := re.match(r"(?:whether|if)\s+(?:the|an?|our|their)\s+(?P<x>\w+\s+(?:can|may|could)\s+[\w' -]+)", t):
        return _named(m["x"]), "checkbox"
    if m := re.match(
        r"(?:whether(?:\s+or\s+not)?|if)\s+(?:(?:it|they|he|she|this|that|we|i|you|the\s+\w+|someone|somebody)(?:'s|'re|'ve)?\s+)?(?:(?:is|are|was|were|has|have|had|been|can|should|be|got|do|does|did|needs?\s+to\s+be)\s+)*(?P<x>[\w' -]+)",
        t,
    ):
        return _named(m["x"]), "checkbox"
    if m := re.match(r"who(?:m|ever|'s)?\b\s*(?P<rest>.*)", t):
        return _who(m["rest"])
    if m := re.match(
        r"when\b\s*(?:(?:it|they|he|she|this|the\s+\w+|we|i)(?:'s|'re)?\s+)?(?:(?:is|are|was|were|has|have|been|will|be|should|to|needs?\s+to\s+be|got)\s+)*(?P<x>[\w-]+)?(?:\s+(?:it|them|him|her|by|back|again|out|in|for))*\s*$",
        t,
    ):
        return _when(m["x"] or "")
    if m := re.match(r"when\s+(?:it|they|he|she|we|the\s+\w+)\s+(?P<x>\w+)", t):
        return _when(_PARTICIPLE.get(m["x"], m["x"]))
    if m := re.match(r"where\b", t):
        return "Location", "text"
    if re.match(r"why\b", t):
        return "Reason", "long_text"
    if m := re.match(r"how\s+many\s+(?P<x>[\w' -]+)", t):
        return _quantity(m["x"]), "number"
    if m := re.match(r"how\s+much(?:\s+(?P<x>.+))?", t):
        rest = m["x"] or ""
        if re.search(r"\b(?:cost|costs|paid|charged|spent|worth|owe|owes|pay|it\s+is)\b", rest) or not rest:
            return ("Cost" if "cost" in rest else "Amount"), "money"
        return _quantity(rest), "number"
    if m := re.match(r"how\s+(?P<x>\w+)", t):
        if m["x"] in _HOW:
            return _HOW[m["x"]]
        return "How " + m["x"], "text"
    if m := re.match(r"(?:what|which)(?:'s|s)?\b\s*(?P<rest>.*)", t):
        return _what(m["rest"])
    return None


def _named(words: str) -> str:
    kept = re.sub(r"\b(?:it|they|them|he|she|yet|already|or not|a|an|the|been)\b", " ", words).split()
    return capital(" ".join(kept[:4])) or "Yes"


def _quantity(words: str) -> str:
    noun = re.split(
        r"\s+(?:it|they|we|he|she|are|is|was|were|there|can|do|does|did|have|has|in|of|per|on|for|i|you)\b", words.strip()
    )[0]
    noun = " ".join(noun.split()[:3])
    if re.fullmatch(r"needed|required|wanted|left|available|present|attending|taken|sold|expected", noun):
        return f"Number {noun}"
    return (
        capital(noun) if lexicon.fields().get(noun) == "number" or noun in ("hours", "minutes", "days") else f"Number of {noun}"
    )


def _who(rest: str) -> tuple[str, str | None]:
    rest = (
        re.sub(r"\b(?:it|them|this|that|the\s+\w+|for)\b.*$", "", rest).strip()
        if not rest.startswith(("it's for", "it is for", "for"))
        else "for"
    )
    words = [
        w
        for w in rest.split()
        if w not in ("is", "was", "are", "will", "be", "has", "have", "been", "should", "needs", "to", "in", "of")
    ]
    if not words:
        return "Person", "person"
    if words[0] == "for":
        return "For whom", "text"
    if words[0] in ("responsible", "assigned", "working", "charge", "doing", "leading", "owner"):
        return ("Owner" if words[0] != "assigned" else "Assigned to"), "person"
    verb = words[0]
    if verb.endswith("ed") or verb in _PARTICIPLE:
        return capital(f"{_PARTICIPLE.get(verb, verb)} by"), "person"
    if verb.endswith("s") and len(verb) > 3:
        stem = verb[:-1]
        return capital(f"{stem}d by" if stem.endswith("e") else f"{stem}ed by"), "person"
    return (capital(" ".join(words[:2])) if lexicon.kind_of(" ".join(words[:2]))[0] else "Person"), "person"


def _when(word: str) -> tuple[str, str]:
    word = _PARTICIPLE.get(word, word)
    if not word or word in ("it", "this"):
        return "Date", "date"
    if word == "due":
        return "Due date", "date"
    if word in ("ends", "end", "expires", "starts", "start", "begins"):
        return {"ends": "End", "end": "End", "expires": "Expiry date", "starts": "Start", "start": "Start", "begins": "Start"}[
            word
        ], "date"
    if word in _MOMENT:
        return f"{capital(word)} at", "datetime"
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1] + ("d" if word.endswith("es") else "ed")
    return f"{capital(word)} on", "date"


def _what(rest: str) -> tuple[str, str | None]:
    words = list(re.findall(r"[\w'%-]+", rest))
    for w in words:
        if w in _WHAT:
            return _WHAT[w]
    nouns: list[str] = []
    for w in words:
        if not nouns and w in _NOUN_TOO:
            nouns.append(w)
            continue
        if w in lexicon.verbs() or w in ("gets", "%"):
            if nouns:
                break
            continue
        nouns.append(w)
        if len(nouns) == 3:
            break
    if words and words[0] in ("they", "we", "it", "he", "she", "i", "you", "was", "were", "is", "to"):
        verb = next((w for w in words[1:] if w not in ("was", "were", "is", "have", "has", "be")), "")
        return (f"What was {_PARTICIPLE.get(verb, verb)}" if verb else "What"), "long_text"
    name = " ".join(nouns)
    return (capital(name) if name else "What"), None
