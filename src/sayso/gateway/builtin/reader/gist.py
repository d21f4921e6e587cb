"""What matters most in a text: its most central sentences, said once, and its most telling words. Both are taken from it, none is made."""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from sayso.gateway.builtin.reader import likeness
from sayso.gateway.builtin.reader.passages import Passage, sentences

SENTENCES_MAX = 400
PHRASES_MAX = 150
"""Candidates for keywords that are compared with the text."""
WORDS_MIN = 4
"""A shorter sentence, such as a greeting, says too little to stand for the text."""
GREETING_WORDS_MAX = 8
CENTRAL = 0.7
"""How much being central counts against being different from what was chosen already (maximal marginal relevance)."""
_PHRASE = re.compile(r"[^\W_][\w'’-]*(?:[ ][^\W_][\w'’-]*)*")
_SPEECH = re.compile(r"^(?:dear|hi|hello|hey|kind|best|regards|thanks|thank you|yours|cheers|sincerely|sent from)\b", re.I)
_WEAK = frozenset(
    "also already always another any back between both come day days did does done each even every few first get gets give go goes going good got great keep "
    "last less let like little long look looks lot made make many may might more most much must need needs never new next now often old once one only open other "
    "own part per place please put quite rather really right said same say says see seem several shall show since still such sure take tell thing things think "
    "thought though three time times today tomorrow try two until upon use used using want wants way week well went while yes yesterday yet".split()
)


def summary(text: str, *, sentences_max: int = 3) -> list[Passage]:
    """The most central sentences in the order of the text: near to the middle of all meanings, and unlike one another."""
    all_of_them = sentences(text)
    telling = [p for p in all_of_them if len(p.text.split()) >= WORDS_MIN and not _is_greeting(p.text)]
    found = (telling or all_of_them)[:SENTENCES_MAX]
    if len(found) <= sentences_max:
        return found
    vectors = likeness.vectors([p.text for p in found])
    middle = vectors.mean(0)
    central = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-12))
    # What stands first is said first for a reason; very short sentences carry little.
    central += np.array([0.12 / (1 + n) for n in range(len(found))], np.float32)
    central -= np.array([0.1 if len(p.text.split()) < 7 else 0.0 for p in found], np.float32)
    chosen = _unlike(vectors, central, sentences_max)
    return [found[i] for i in sorted(chosen)]


def keywords(text: str, *, many: int = 8) -> list[str]:
    """Phrases of one to three words that stand for the text, as they are written there."""
    candidates = _candidates(text)
    if not candidates:
        return []
    phrases = list(candidates)
    vectors = likeness.vectors([text, *phrases])
    like = vectors[1:] @ vectors[0]
    scores = like + np.array([0.12 * math.log(candidates[p]) + 0.03 * (len(p.split()) - 1) for p in phrases], np.float32)
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        words = set(likeness.telling(phrases[i]))
        if all(not words & set(likeness.telling(phrases[j])) for j in chosen):
            chosen.append(int(i))
        if len(chosen) == many:
            break
    return [phrases[i] for i in chosen]


def _is_greeting(text: str) -> bool:
    return bool(_SPEECH.match(text)) and len(text.split()) < GREETING_WORDS_MAX


def _unlike(vectors: np.ndarray, scores: np.ndarray, many: int) -> list[int]:
    """The best by score, each as unlike as may be to those before it."""
    chosen = [int(scores.argmax())]
    while len(chosen) < many:
        same = (vectors @ vectors[chosen].T).max(1)
        left = CENTRAL * scores - (1 - CENTRAL) * same
        left[chosen] = -np.inf
        chosen.append(int(left.argmax()))
    return chosen


def _candidates(text: str) -> dict[str, int]:
    """Runs of telling words, up to three, with how often they occur; the most frequent ones."""
    counted: Counter[str] = Counter()
    written: dict[str, str] = {}
    for match in _PHRASE.finditer(text):
        for run in _runs(match[0].split(" ")):
            for size in (1, 2, 3):
                for start in range(len(run) - size + 1):
                    phrase = " ".join(run[start : start + size])
                    key = phrase.lower()
                    counted[key] += 1
                    # As inside a sentence when it is ever seen there, else as it is.
                    if key not in written or phrase.islower():
                        written[key] = phrase
    return {written[key]: count for key, count in counted.most_common(PHRASES_MAX)}


def _is_verb(word: str) -> bool:
    """As far as a lower-case -ed shows it; `speed` is none."""
    return word.islower() and word.endswith("ed") and not word.endswith("eed") and len(word) > 4


def _runs(words: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for word in words:
        bare = word.strip("'’-")
        if (
            len(bare) < 3
            or bare.lower() in likeness.STOP
            or bare.lower() in _WEAK
            or bare[0].isdigit()
            or "'" in bare
            or "’" in bare
            or _is_verb(bare)
        ):
            runs.append([])
        else:
            runs[-1].append(bare)
    return [run for run in runs if run]
