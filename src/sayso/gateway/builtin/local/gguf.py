"""The head of a GGUF file: which model it is. Only the metadata is read, each length checked against a limit first.

Source of the format: github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sayso.errors import Invalid, Problem

PAIRS_MAX = 4_096
TEXT_BYTES_MAX = 4 * 2**20
"""Of one text; chat templates are the longest."""
ITEMS_MAX = 2_000_000
"""Of one array; a vocabulary is the longest."""
NAME_CHARACTERS_MAX = 120

_FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class About:
    """`size` is what its maker calls its size, such as `8B`; `context` in tokens, 0 when it is not told."""

    name: str
    architecture: str
    size: str
    context: int
    chats: bool
    """Whether it has a template for chats."""


def about(path: Path) -> About:
    """Raises `Invalid` for what is no GGUF file, or a broken one."""
    try:
        with path.open("rb") as file:
            told = _metadata(file)
    except (OSError, struct.error, UnicodeDecodeError, ValueError, MemoryError) as error:
        raise Invalid(Problem("file", f"{path.name} is no GGUF file that can be read ({error})")) from None
    kind = str(told.get("general.architecture", ""))
    if not kind:
        raise Invalid(Problem("file", f"{path.name} does not say which architecture it is"))
    context = told.get(f"{kind}.context_length", 0)
    return About(
        str(told.get("general.name", path.stem))[:NAME_CHARACTERS_MAX],
        kind[:NAME_CHARACTERS_MAX],
        str(told.get("general.size_label", ""))[:NAME_CHARACTERS_MAX],
        context if isinstance(context, int) and context > 0 else 0,
        "tokenizer.chat_template" in told,
    )


def _metadata(file: BinaryIO) -> dict[str, Any]:
    if file.read(4) != b"GGUF":
        raise ValueError("it does not begin with GGUF")
    version, _, pairs = _read(file, "IQQ")
    if version not in (2, 3) or pairs > PAIRS_MAX:
        raise ValueError(f"version {version} with {pairs} facts")
    return {_text(file): _value(file, _read(file, "I")[0]) for _ in range(pairs)}


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _TEXT:
        return _text(file)
    if kind != _ARRAY:
        return _read(file, _FIXED[kind])[0] if kind in _FIXED else _unknown(kind)
    of, length = _read(file, "IQ")
    if length > ITEMS_MAX:
        raise ValueError(f"a list of {length} values")
    if of == _TEXT:
        for _ in range(length):
            _skip(file, _read(file, "Q")[0])
    elif of in _FIXED:
        _skip(file, length * struct.calcsize(_FIXED[of]), most=ITEMS_MAX * 8)
    else:
        _unknown(of)
    return length


def _unknown(kind: int) -> Any:
    raise ValueError(f"a value of the kind {kind}")


def _text(file: BinaryIO) -> str:
    (length,) = _read(file, "Q")
    if length > TEXT_BYTES_MAX:
        raise ValueError(f"a text of {length} bytes")
    content = file.read(length)
    if len(content) < length:
        raise ValueError("it ends in the middle of a text")
    return content.decode()


def _skip(file: BinaryIO, length: int, *, most: int = TEXT_BYTES_MAX) -> None:
    if length > most:
        raise ValueError(f"a value of {length} bytes")
    file.seek(length, 1)


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    size = struct.calcsize("<" + form)
    return struct.unpack("<" + form, file.read(size))
