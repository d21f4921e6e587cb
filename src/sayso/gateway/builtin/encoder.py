"""The forward pass of a small BERT, layer by layer, in single precision.

Shapes: B texts in a batch, n pieces in the longest, d = 384 wide, 12 heads of 32. Weights keep PyTorch's orientation (out, in) and its
names, so that layers trained elsewhere can be put in the place of the model's own.
Source of the architecture: Devlin et al. 2018, as in Hugging Face's `BertModel`; erf after Abramowitz & Stegun 7.1.26 (error < 1.5e-7).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sayso.gateway.builtin.weights import Array
from sayso.gateway.builtin.wordpiece import Tokens

HEADS = 12
PIECES_MAX = 512
"""The model knows no more places in a text; cut a longer one into windows."""
EPSILON = np.float32(1e-12)
GELU_ROWS = 32
"""Rows that are worked on at once, so that they stay in the processor's cache."""
WEIGHT_MAX = np.float32(80)
"""To either side: e to the power of it is still a number in single precision, and no text comes near it. Cheaper than looking for the largest."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one forward pass: `ids` (B, n) and `mask` (B, n), 1 where there is a piece and 0 where there is padding."""

    ids: NDArray[np.int64]
    mask: Array

    @classmethod
    def of(cls, texts: Sequence[Tokens]) -> "Batch":
        """Raises `ValueError` when a text has more than `PIECES_MAX` pieces."""
        n = max((len(t) for t in texts), default=0)
        if n > PIECES_MAX:
            raise ValueError(f"a text of {n} pieces; {PIECES_MAX} is the most")
        ids, mask = np.zeros((len(texts), n), np.int64), np.zeros((len(texts), n), np.float32)
        for i, tokens in enumerate(texts):
            ids[i, : len(tokens)] = tokens.ids
            mask[i, : len(tokens)] = 1
        return cls(ids, mask)


@dataclass(frozen=True, slots=True)
class Layer:
    """One transformer layer. Weights (out, in), biases and norms (out,)."""

    query: Array
    query_bias: Array
    key: Array
    key_bias: Array
    value: Array
    value_bias: Array
    mixed: Array
    mixed_bias: Array
    mixed_norm: Array
    mixed_norm_bias: Array
    wide: Array
    wide_bias: Array
    narrow: Array
    narrow_bias: Array
    norm: Array
    norm_bias: Array

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.generic]], prefix: str) -> "Layer":
        """From tensors by their names in PyTorch, such as `encoder.layer.0.attention.self.query.weight`. Other precisions are widened."""
        return cls(**{field: _single(tensors[prefix + name]) for field, name in NAMES.items()})

    def __call__(self, x: Array, barred: Array) -> Array:
        """`x` (B, n, d) to the same shape; `barred` (B, 1, 1, n) is 0, or very negative where nobody may look."""
        shape = x.shape
        flat = x.reshape(-1, shape[-1])
        seen = self._attention(flat, shape, barred)
        seen @= self.mixed.T
        seen += self.mixed_bias
        seen += flat
        middle = normed(seen, self.mixed_norm, self.mixed_norm_bias)
        wide: Array = middle @ self.wide.T
        wide += self.wide_bias
        gelu(wide)
        out: Array = wide @ self.narrow.T
        out += self.narrow_bias
        out += middle
        return normed(out, self.norm, self.norm_bias).reshape(shape)

    def _attention(self, flat: Array, shape: tuple[int, ...], barred: Array) -> Array:
        texts, n, width = shape
        apart = (texts, n, HEADS, width // HEADS)
        query: Array = flat @ self.query.T
        query += self.query_bias
        query *= np.float32(1 / math.sqrt(width // HEADS))
        key = (flat @ self.key.T + self.key_bias).reshape(apart).transpose(0, 2, 3, 1)
        value = (flat @ self.value.T + self.value_bias).reshape(apart).transpose(0, 2, 1, 3)
        seen = np.empty(apart, np.float32)
        for text, asked in enumerate(query.reshape(apart).transpose(0, 2, 1, 3)):
            weight = asked @ key[text]
            np.clip(weight, -WEIGHT_MAX, WEIGHT_MAX, out=weight)
            weight += barred[text]
            np.exp(weight, out=weight)
            found = weight @ value[text]
            found /= np.einsum("hij->hi", weight)[..., None]
            seen[text] = found.transpose(1, 0, 2)
        return seen.reshape(-1, width)


NAMES = {
    "query": "attention.self.query.weight", "query_bias": "attention.self.query.bias",
    "key": "attention.self.key.weight", "key_bias": "attention.self.key.bias",
    "value": "attention.self.value.weight", "value_bias": "attention.self.value.bias",
    "mixed": "attention.output.dense.weight", "mixed_bias": "attention.output.dense.bias",
    "mixed_norm": "attention.output.LayerNorm.weight", "mixed_norm_bias": "attention.output.LayerNorm.bias",
    "wide": "intermediate.dense.weight", "wide_bias": "intermediate.dense.bias",
    "narrow": "output.dense.weight", "narrow_bias": "output.dense.bias",
    "norm": "output.LayerNorm.weight", "norm_bias": "output.LayerNorm.bias",
}  # fmt: skip
"""The fields of a `Layer` and what PyTorch calls them, after `encoder.layer.N.`."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The whole model. A value: `with_layers` gives another one that shares all the rest."""

    words: Array
    positions: Array
    norm: Array
    norm_bias: Array
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.generic]]) -> "Encoder":
        count = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))
        positions = _single(tensors["embeddings.position_embeddings.weight"])
        return cls(
            _single(tensors["embeddings.word_embeddings.weight"]),
            positions + _single(tensors["embeddings.token_type_embeddings.weight"])[0],
            _single(tensors["embeddings.LayerNorm.weight"]),
            _single(tensors["embeddings.LayerNorm.bias"]),
            tuple(Layer.of(tensors, f"encoder.layer.{n}.") for n in range(count)),
        )

    def with_layers(self, layers: Mapping[int, Layer]) -> "Encoder":
        """This model with other layers in the places that are named, counted from 0."""
        return replace(self, layers=tuple(layers.get(n, layer) for n, layer in enumerate(self.layers)))

    def hidden(self, batch: Batch, *, layers: int | None = None) -> Array:
        """The states (B, n, d) after the first so many layers, all when none are named. States of padding mean nothing."""
        return self.onward(self.embedded(batch), batch, 0, layers)

    def embedded(self, batch: Batch) -> Array:
        """What goes into the first layer, (B, n, d)."""
        x = self.words[batch.ids] + self.positions[: batch.ids.shape[1]]
        return normed(x, self.norm, self.norm_bias)

    def onward(self, x: Array, batch: Batch, start: int, stop: int | None = None) -> Array:
        """From states after `start` layers to those after `stop`: the way to share the first layers between two uses."""
        barred = ((batch.mask - 1) * np.float32(1e9))[:, None, None, :]
        for layer in self.layers[start:stop]:
            x = layer(x, barred)
        return x


def normed(x: Array, weight: Array, bias: Array) -> Array:
    """Layer normalisation over the last axis. Works in `x` and returns it."""
    x -= x.mean(-1, keepdims=True)
    spread = np.einsum("...i,...i->...", x, x)[..., None]
    spread /= np.float32(x.shape[-1])
    spread += EPSILON
    np.sqrt(spread, out=spread)
    x /= spread
    x *= weight
    x += bias
    return x


def gelu(x: Array) -> None:
    """x · Φ(x), in place, with the exact Φ. `x` is (rows, wide)."""
    rooms = np.empty((3, min(GELU_ROWS, len(x)), x.shape[1]), np.float32)
    for start in range(0, len(x), GELU_ROWS):
        part = x[start : start + GELU_ROWS]
        _gelu(part, *rooms[:, : len(part)])


def _gelu(x: Array, z: Array, t: Array, series: Array) -> None:
    """max(x, 0) - |x| · (1 - erf(|x| / √2)) / 2, which is x · Φ(x) on either side. `z`, `t` and `series` are room to work in."""
    np.abs(x, out=z)
    np.multiply(z, np.float32(0.3275911 * math.sqrt(0.5)), out=t)
    t += np.float32(1)
    np.reciprocal(t, out=t)
    np.multiply(t, np.float32(1.061405429 / 2), out=series)
    for term in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series += np.float32(term / 2)
        series *= t
    series *= z
    z *= z
    z *= np.float32(-0.5)
    np.exp(z, out=z)
    series *= z
    np.maximum(x, np.float32(0), out=x)
    x -= series


def _single(tensor: NDArray[np.generic]) -> Array:
    return np.asarray(tensor, np.float32)


assert set(NAMES) == {field.name for field in fields(Layer)}
