"""The directory's file: JSON, compressed. Small enough to read whole; never trusted, because a refresh wrote it."""

import zlib
from typing import Any

import orjson

FORMAT = 1
LEVEL = 9
UNPACKED_BYTES_MAX = 64 * 2**20


def squeezed(value: Any) -> bytes:
    return zlib.compress(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), LEVEL)


def unsqueezed(data: bytes) -> Any:
    """Raises `ValueError` when the bytes are no squeezed JSON, or far too much of it."""
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(data, UNPACKED_BYTES_MAX)
        if opened.unconsumed_tail or not opened.eof:
            raise ValueError("This is no file of the directory.")
        return orjson.loads(text)
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise ValueError("This is no file of the directory.") from error


def unpacked(data: bytes) -> dict[str, Any]:
    """The directory in a file's bytes. Raises `ValueError` when they are none of this format."""
    directory = unsqueezed(data)
    if not isinstance(directory, dict) or directory.get("format") != FORMAT or not directory.get("models"):
        raise ValueError(f"This is no directory file of format {FORMAT}.")
    return directory
