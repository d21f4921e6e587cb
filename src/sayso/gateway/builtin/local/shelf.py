"""The GGUF files of a home: each with a note of where it came from and what it is."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from sayso.errors import Invalid, NotFound, Problem

NAME_LENGTH_MAX = 60
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
NOTE_BYTES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Pulled:
    """One file. `source` is the path or address it came from; `context` in tokens, 0 when it is not told."""

    name: str
    path: Path
    bytes: int
    sha256: str
    source: str
    architecture: str
    size: str
    context: int
    chats: bool

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path), "model": f"local/{self.name}"}


def folder(home: Path) -> Path:
    return home / "models"


def path_of(home: Path, name: str) -> Path:
    """Raises `Invalid` when this is no name for a model."""
    if len(name) > NAME_LENGTH_MAX or not NAME.fullmatch(name):
        raise Invalid(Problem("name", f"has small letters, figures, dots and dashes, at most {NAME_LENGTH_MAX}", "qwen3-4b"))
    return folder(home) / f"{name}.gguf"


def name_of(source: str) -> str:
    """A name made from a file's: `Qwen3-4B-Q4_K_M.gguf` is `qwen3-4b-q4_k_m`."""
    stem = source.replace("\\", "/").rstrip("/").rpartition("/")[2].partition("?")[0].removesuffix(".gguf")
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower())[:NAME_LENGTH_MAX].strip("-._") or "model"


def listed(home: Path) -> list[Pulled]:
    """All that have their note and their whole size, by name."""
    found = (_read(note) for note in sorted(folder(home).glob("*.json")))
    return [one for one in found if one is not None]


def find(home: Path, name: str) -> Pulled:
    """Raises `NotFound`."""
    path_of(home, name)
    found = _read(folder(home) / f"{name}.json")
    if found is None:
        raise NotFound(f"There is no local model {name}. `sayso models local` lists those that there are.")
    return found


def keep(one: Pulled) -> None:
    note = {key: value for key, value in asdict(one).items() if key != "path"}
    one.path.with_suffix(".json").write_bytes(orjson.dumps(note, option=orjson.OPT_INDENT_2))


def forget(home: Path, name: str) -> Pulled:
    """Removes the file and its note. Raises `NotFound`."""
    found = find(home, name)
    found.path.with_suffix(".json").unlink(missing_ok=True)
    found.path.unlink(missing_ok=True)
    return found


def _read(note: Path) -> Pulled | None:
    try:
        if note.stat().st_size > NOTE_BYTES_MAX:
            return None
        found = Pulled(path=note.with_suffix(".gguf"), **orjson.loads(note.read_bytes()))
        return found if found.name == note.stem and found.path.stat().st_size == found.bytes else None
    except (OSError, TypeError, ValueError):
        return None
