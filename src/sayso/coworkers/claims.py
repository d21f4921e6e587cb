"""What a model says it has done, against what was done. Only what was applied counts; the rest gets our own line."""

import re

_DONE = {
    "change": r"changed|updated|edited|set|moved|renamed|corrected|marked|adjusted|rescheduled|replaced|modified|assigned|closed|approved|geändert|aktualisiert|verschoben|modifié|mis à jour|cambiado|actualizado",
    "add": r"added|created|made|booked|recorded|entered|inserted|logged|registered|hinzugefügt|angelegt|erstellt|ajouté|créé|añadido|creado",
    "trash": r"deleted|removed|trashed|erased|wiped|purged|cleared|emptied|gelöscht|entfernt|supprimé|eliminado|borrado",
    "send": r"sent|e-?mailed|notified|messaged|written to|informed|contacted|gesendet|geschickt|envoyé|enviado",
}  # fmt: skip
_WHO = r"(?:\b(?:i|we)(?:\s+have|['’]ve)?(?:\s+(?:now|just|already|also|successfully|then))*\s+(?:{verbs})\b|\b(?:has|have|was|were|is|are)\s+(?:now\s+|been\s+|successfully\s+|already\s+)*(?:been\s+)?(?:{verbs})\b|\b(?:ich habe|wir haben|j['’]ai|he|hemos)\b[^.!?\n]{{0,80}}\b(?:{verbs})\b|^(?:done|all done|success(?:fully)?|erledigt|fertig)\b[^\n?]{{0,80}}\b(?:{verbs})\b)"
_PATTERNS = {kind: re.compile(_WHO.format(verbs=verbs), re.IGNORECASE | re.MULTILINE) for kind, verbs in _DONE.items()}
_BARE = re.compile(
    r"^\W*(?:done|all done|all set|erledigt|fertig|c['’]est fait|hecho|listo)\W*(?:$|[.!])", re.IGNORECASE | re.MULTILINE
)
_FIRST = re.compile(
    r"\b(?:i|we)(?:\s+have|['’]ve)?(?:\s+\w+)?\s|\b(?:ich habe|wir haben|j['’]ai|he|hemos)\b|\bsuccessfully\b|^\W*(?:done|all done|success)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:not|never|n['’]t|would|could|can|will|shall|should|if|once|when|after|before|unless|waiting|nothing|nicht|pas|no)\b",
    re.IGNORECASE,
)

NOTHING = "Nothing was changed, whatever the answer says: nothing was applied."
NOT_SENT = "Nothing was sent, whatever the answer says: nothing was started or used that sends."
NOT_ALL = "Only what the cards show as done was done; the answer says more than that."
WAITING = "Nothing of this is done yet: it waits for your yes."


def claimed(text: str) -> set[str]:
    """The kinds of deed that a text says are done: change, add, trash, send, or any."""
    kinds: set[str] = set()
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        if _OPEN.search(sentence):
            continue
        mine = bool(_FIRST.search(sentence))
        kinds |= {
            kind
            for kind, pattern in _PATTERNS.items()
            if pattern.search(sentence) and (mine or re.search(r"\b(?:been|now)\b", sentence, re.I))
        }
        if _BARE.search(sentence):
            kinds.add("any")
    return kinds


def honest(text: str, done: set[str], waiting: bool) -> str | None:
    """Our own line, where a text says more than was done; None where it does not."""
    said = claimed(text)
    if not said:
        return None
    if waiting:
        return WAITING
    if "send" in said:
        return NOT_SENT if not done else NOT_ALL
    if not done:
        return NOTHING
    return NOT_ALL if said - {"any"} - done else None
