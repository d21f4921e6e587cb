"""What differs between two answers, word by word: computed here once, shown by whoever asks."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

WORDS_COMPARED_MAX = 2_000
"""Of each answer; comparing takes the square of it at worst. Longer ones are shown as one piece for another."""
WORD = re.compile(r"\s+|\w+|[^\w\s]")

Kind = Literal["same", "added", "removed"]


class Piece(NamedTuple):
    kind: Kind
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """How `after` comes of `before`. The texts of "same" and "removed" together are `before`, those of "same" and "added" `after`."""
    if before == after:
        return [Piece("same", after)] if after else []
    a, b = WORD.findall(before), WORD.findall(after)
    if max(len(a), len(b)) > WORDS_COMPARED_MAX:
        return _pieces([("removed", before), ("added", after)])
    found: list[tuple[Kind, str]] = []
    for what, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(("same", "".join(a[i:j])))
        else:
            found.append(("removed", "".join(a[i:j])))
            found.append(("added", "".join(b[k:m])))
    return _pieces(found)


def _pieces(found: list[tuple[Kind, str]]) -> list[Piece]:
    """Without the empty ones; a space that stands alone between two changes is part of both, so that a phrase is marked whole."""
    kept = [Piece(kind, text) for kind, text in found if text]
    joined: list[Piece] = []
    removed = added = ""
    for place, piece in enumerate(kept):
        between = piece.kind == "same" and piece.text.isspace() and 0 < place < len(kept) - 1
        if piece.kind == "same" and not between:
            joined += _changed(removed, added)
            removed = added = ""
            joined.append(piece)
        else:
            removed += piece.text if piece.kind != "added" else ""
            added += piece.text if piece.kind != "removed" else ""
    return [*joined, *_changed(removed, added)]


def _changed(removed: str, added: str) -> list[Piece]:
    if removed and added and removed.strip() == "" and added.strip() == "":
        return [Piece("removed", removed), Piece("added", added)] if removed != added else [Piece("same", added)]
    return [piece for piece in (Piece("removed", removed), Piece("added", added)) if piece.text]
