"""The directory: every model that we know of, as one frozen value, loaded once.

directory = packaged()                      # what came with this version of Sayso
directory.read("o4-mini")                   # a `Model`; raises `NotFound`
directory.resolve("openai/O4 mini")         # which model, and which snapshot, a name means
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sayso.errors import NotFound
from sayso.models import naming
from sayso.models.facts import Source
from sayso.models.file import unpacked
from sayso.models.model import Model
from sayso.models.reading import model_of

PACKAGED = Path(__file__).parent / "data" / "directory.bin"
NAME_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name means: a model, and a snapshot of it when the name is dated."""

    model: str
    snapshot: str | None

    def as_json(self) -> dict[str, str | None]:
        return {"model": self.model, "snapshot": self.snapshot}


@dataclass(frozen=True, eq=False)
class Directory:
    made: date
    sources: dict[str, Source]
    entries: dict[str, dict[str, Any]]
    _read: dict[str, Model] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Model]:
        return (self._model(id) for id in self.entries)

    def __contains__(self, id: object) -> bool:
        return id in self.entries

    def read(self, id: str) -> Model:
        """One model by its id, or by any name that means it. Raises `NotFound`, with the nearest names."""
        if id in self.entries:
            return self._model(id)
        return self._model(self.resolve(id).model)

    def resolve(self, name: str) -> Resolved:
        """Which model a name means: its id, a dated snapshot, an alias, or what a host calls it; dashes, dots, spaces and case are forgiven.

        Raises `NotFound`.
        """
        text = name.strip().lower()[:NAME_CHARACTERS_MAX]
        if text in self.entries:
            return Resolved(text, None)
        if found := self._names.get(text) or self._keys.get(naming.key(text)):
            return found
        shorter, day = naming.base(naming.last(text))
        if day is not None and (found := self._keys.get(naming.key(shorter))):
            return Resolved(found.model, None)
        raise NotFound(f'No model of the directory is called "{name[:NAME_CHARACTERS_MAX]}".')

    def prepared(self) -> "Directory":
        """The same, with its names looked through already, so that no call waits for that."""
        assert self._keys
        return self

    def _model(self, id: str) -> Model:
        model = self._read.get(id)
        if model is None:
            model = self._read[id] = model_of(self.entries[id], self.sources)
        return model

    @cached_property
    def _names(self) -> dict[str, Resolved]:
        """Snapshots, aliases and hosts' names, exactly as written."""
        names: dict[str, Resolved] = {}
        for id, entry in self.entries.items():
            for offer in entry.get("offers", []):
                names.setdefault(f"{offer['provider']}/{offer['name']}".lower(), Resolved(id, None))
                names.setdefault(offer["name"].lower(), Resolved(id, None))
        for id, entry in self.entries.items():
            names |= {alias.lower(): Resolved(id, None) for alias in entry.get("aliases", [])}
            names |= {snapshot["id"]: Resolved(id, snapshot["id"]) for snapshot in entry.get("snapshots", [])}
        return names

    @cached_property
    def _keys(self) -> dict[str, Resolved]:
        keys = {naming.key(name): found for name, found in self._names.items()}
        return keys | {naming.key(id): Resolved(id, None) for id in self.entries}


def directory_of(raw: dict[str, Any]) -> Directory:
    """A directory from what its file holds (`sources/packed.py`)."""
    sources = {
        one["id"]: Source(
            one["id"],
            one["name"],
            one["url"],
            one["version"],
            date.fromisoformat(one["date"]),
            date.fromisoformat(one["retrieved"]),
            one["licence"],
        )
        for one in raw["sources"]
    }
    return Directory(date.fromisoformat(raw["made"]), sources, {entry["id"]: entry for entry in raw["models"]})


@cache
def packaged() -> Directory:
    """The directory that came with this version of Sayso."""
    return directory_of(unpacked(PACKAGED.read_bytes()))
