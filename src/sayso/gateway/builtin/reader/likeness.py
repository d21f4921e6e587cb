"""How alike texts are: by meaning where the language model is here, else by the words that they share."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from sayso.gateway.builtin import embedding
from sayso.gateway.builtin.weights import Array

HASHED = 1_024
"""Width of the vectors of shared words."""
CHARACTERS_MAX = 4_000
"""Of each text that is compared; its sentences are compared beside it."""
REMEMBERED_MAX = 4_096
"""Vectors that are kept, of 1.5 kB each."""
_known: dict[tuple[bool, str], Array] = {}
STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his how i if in into is it its just me my no not of on "
    "or our out over she so some than that the their them then there these they this those to too up us very was we were what when where which who "
    "will with would you your".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def by_meaning() -> bool:
    """Whether `vectors` are of the language model."""
    return embedding.available()


def vectors(texts: Sequence[str]) -> Array:
    """One vector of length 1 (or 0) for each text; the dot product of two says how alike they are."""
    texts = [text[:CHARACTERS_MAX] for text in texts]
    return embedding.embed(texts) if by_meaning() else _shared_words(texts)


def remembered(texts: Sequence[str]) -> Array:
    """The same for texts that come again and again, such as labels."""
    meaning = by_meaning()
    missing = [text for text in dict.fromkeys(texts) if (meaning, text) not in _known]
    made = dict(zip(missing, vectors(missing), strict=True)) if missing else {}
    found = np.array([made[text] if text in made else _known[meaning, text] for text in texts], np.float32)
    if len(_known) + len(made) > REMEMBERED_MAX:
        _known.clear()
    _known.update({(meaning, text): vector for text, vector in made.items()})
    return found


def words(text: str) -> list[str]:
    """The words in lower case, without their endings."""
    return [stem(word) for word in _WORD.findall(text.lower())]


def telling(text: str) -> list[str]:
    """The same without the words that say nothing."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in STOP]


def stem(word: str) -> str:
    """An English word without its plural, -ed, -ing, -ly: enough to see that `deliveries` and `delivered` are near."""
    word = word.removesuffix("'s").removesuffix("’s")
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("ing", ""),
        ("edly", ""),
        ("ed", ""),
        ("ly", ""),
        ("es", "e"),
        ("s", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def _shared_words(texts: Sequence[str]) -> Array:
    out = np.zeros((len(texts), HASHED), np.float32)
    for i, text in enumerate(texts):
        for word, count in Counter(telling(text)).items():
            out[i, _number(word) % HASHED] += 1 + np.log(count)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), np.float32(1e-12))


def _number(word: str) -> int:
    """FNV-1a, because `hash` differs from run to run."""
    value = 2166136261
    for byte in word.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value
