"""The file of what was learned: changes to MiniLM's first layers, in whole numbers of 8 bits, and the heads.

Layout of `weights.npz` (NumPy's own format, no pickle). `d` is 384.
`layer.N.NAME`              (out, in) int8, what is added to a weight of layer N, in steps of `layer.N.NAME.step` (out,) float32
`layer.N.NAME`              (out,) float16, what is added to a bias or a norm; names are the fields of `gateway.builtin.encoder.Layer`
`marks`                     (5, d) what is added to a piece that names a part of the app; the order is `known.py`'s
`label`, `label.bias`       (27, d), (27,)
`asks`, `answers`, `.bias`  (5 · 64, d), (5 · 64,): spans as questions and as answers, for the five relations of `relations.py`
`intent`, `expected`, `kind`, `sense.TAG`, `pair`  heads that are fitted without torch; see `heads.py`
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from sayso.gateway.builtin.encoder import Encoder, Layer
from sayso.gateway.builtin.weights import Array

FILE, MANIFEST = "weights.npz", "manifest.json"
Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Learned:
    """The arrays of the file, those of heads in single precision, and which layers were changed."""

    arrays: Arrays
    layers: int

    def __getitem__(self, name: str) -> Array:
        return np.asarray(self.arrays[name], np.float32)

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def encoder(self, original: Encoder) -> Encoder:
        """The first layers of the model as they were changed; the model's own words and no further layers."""
        changed = {n: self._layer(n, original.layers[n]) for n in range(self.layers)}
        whole = original.with_layers(changed)
        return Encoder(whole.words, whole.positions, whole.norm, whole.norm_bias, whole.layers[: self.layers])

    def _layer(self, n: int, original: Layer) -> Layer:
        return Layer(**{f.name: getattr(original, f.name) + self._change(f"layer.{n}.{f.name}") for f in fields(Layer)})

    def _change(self, name: str) -> Array:
        steps = self.arrays.get(f"{name}.step")
        change = np.asarray(self.arrays[name], np.float32)
        return change if steps is None else change * np.asarray(steps, np.float32)[:, None]


def from_arrays(arrays: Arrays) -> Learned:
    return Learned(arrays, 1 + max(int(name.split(".")[1]) for name in arrays if name.startswith("layer.")))


@cache
def shipped() -> Learned:
    """The weights of this release. Reads the file once."""
    with as_file(files(__package__ or "") / FILE) as path, np.load(path, allow_pickle=False) as stored:
        return from_arrays({name: stored[name] for name in stored.files})


@cache
def manifest() -> Mapping[str, object]:
    """What they were learned from and how: data hash, seed, versions, figures."""
    return json.loads((files(__package__ or "") / MANIFEST).read_text(encoding="utf-8"))


def quantised(change: Array, most: int) -> tuple[NDArray[np.int8], Array]:
    """A matrix in whole steps of each row's own size, at most `most` to either side."""
    steps = np.maximum(np.abs(change).max(1), 1e-9) / most
    return np.clip(np.rint(change / steps[:, None]), -most, most).astype(np.int8), steps.astype(np.float32)
