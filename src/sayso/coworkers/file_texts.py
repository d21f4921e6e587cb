"""What a file says, read by `sayso.ai.reading` in a process of its own."""

from pathlib import Path

from sayso.ai.reading import document
from sayso.errors import Unavailable

FILE_CHARACTERS_MAX = 400_000


async def text_of(path: Path, type: str, name: str) -> str:
    """Raises `Unavailable`, in words, when there is no text in it that can be read."""
    told = await document(path, type)
    if not told.text.strip():
        raise Unavailable(f"{name} {told.problem or 'holds no text that can be read'}")
    return told.text[:FILE_CHARACTERS_MAX]
