"""Meanings as vectors, for search, comparing and classifying, and the language model under it.

`embed(texts)` is for everybody. The planner's tagger uses the model itself: `language_model()` gives its `WordPiece` and `Encoder`.

    model = language_model()
    tokens = model.wordpiece.tokens("Each repair belongs to a customer")
    batch = Batch.of([tokens])
    shared = model.encoder.hidden(batch, layers=3)            # states after three layers
    tagged = own_encoder.onward(shared, batch, 3)             # the rest, with layers of one's own

Everything raises `Unavailable` when the model has not been fetched; ask `available()` first. English; other languages are poor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from sayso.errors import Unavailable
from sayso.gateway.builtin import weights
from sayso.gateway.builtin.encoder import Batch, Encoder
from sayso.gateway.builtin.weights import Array, available, state
from sayso.gateway.builtin.wordpiece import Tokens, WordPiece

WIDTH = 384
WINDOW_PIECES_MAX = 256
"""What the model was trained to read at once. A longer text is read in windows and its vector is their mean, weighted by length."""
BATCH_PIECES_MAX = 4_096
"""Pieces in one forward pass, padding counted: bounds its memory to some 60 MB."""

__all__ = ["WIDTH", "Batch", "LanguageModel", "Tokens", "available", "embed", "language_model", "state"]


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """all-MiniLM-L6-v2: its words and its layers."""

    wordpiece: WordPiece
    encoder: Encoder

    @classmethod
    def read(cls, place: Path) -> "LanguageModel":
        """From a folder that holds the weights and the vocabulary."""
        tensors = weights.read(place / weights.WEIGHTS)
        return cls(WordPiece.read(place / weights.VOCABULARY), Encoder.of(tensors))

    def embed(self, texts: Sequence[str]) -> Array:
        """One vector of length 1 for each text: (len(texts), 384)."""
        return self.embed_tokens([self.wordpiece.tokens(text) for text in texts])

    def embed_tokens(self, texts: Sequence[Tokens]) -> Array:
        """The same for texts whose pieces are known already."""
        owners = [(i, part) for i, tokens in enumerate(texts) for part in tokens.windows(WINDOW_PIECES_MAX)]
        sums = np.zeros((len(texts), WIDTH), np.float32)
        for chosen in _batches([len(part) for _, part in owners]):
            batch = Batch.of([owners[i][1] for i in chosen])
            states = self.encoder.hidden(batch)
            np.add.at(sums, [owners[i][0] for i in chosen], np.einsum("bnd,bn->bd", states, batch.mask))
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        return sums / np.maximum(length, np.float32(1e-12))


def embed(texts: Sequence[str]) -> Array:
    """One vector of length 1 for each text: (len(texts), 384), so that the dot product of two is how alike they are, -1 to 1."""
    return language_model().embed(texts)


def language_model() -> LanguageModel:
    """The model, read once (some 20 ms) and shared. Raises `Unavailable` when it is not there."""
    place = weights.folder()
    if not available(place):
        now = state(place)
        raise Unavailable(f"The language model is {now.found}. {now.do}")
    return _read(place)


@lru_cache(maxsize=1)
def _read(place: Path) -> LanguageModel:
    # Beside a server, more threads only make everybody wait: measured, 64 sentences swing between 0.25 and 1.9 s.
    threadpool_limits(limits=1, user_api="blas")
    return LanguageModel.read(place)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of texts, alike in length, so that little is padding and no pass is larger than the limit."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if (
            batches
            and (len(batches[-1]) + 1) * lengths[i] <= BATCH_PIECES_MAX
            and lengths[i] <= 1.25 * lengths[batches[-1][0]] + 2
        ):
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches
