"""The directory that an installation shows: what came with Sayso, or what the last good refresh made of it, whichever is newer.

Refreshed files lie in the home, so every process of it sees them; a file that cannot be read is as good as none.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sayso.models.directory import Directory, directory_of, packaged
from sayso.models.file import unpacked
from sayso.models.observed import observations, observed

FOLDER = "models"
FILE = "directory.bin"
LOOKED_SECONDS = 10
"""How often the home is asked whether there is a newer one."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Shelf:
    """One for each process. Reading `directory` costs nothing but a glance at the clock."""

    home: Path | None
    _directory: Directory | None = None
    _seen: tuple[float, float] | None = None
    _look_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def directory(self) -> Directory:
        now = time.monotonic()
        if self._directory is None or now >= self._look_at:
            with self._lock:
                self._look_at = now + LOOKED_SECONDS
                seen = self._changed()
                if self._directory is None or seen != self._seen:
                    self._directory, self._seen = self._read(), seen
        return self._directory

    def forget(self) -> None:
        """Look again at once: after a refresh in this process."""
        self._look_at = 0.0

    def _changed(self) -> tuple[float, float]:
        return (_time(self._path(FILE)), _time(self._path("observed.json")))

    def _path(self, name: str) -> Path | None:
        return self.home / FOLDER / name if self.home else None

    def _read(self) -> Directory:
        directory = packaged()
        path = self._path(FILE)
        if path and path.is_file():
            try:
                refreshed = directory_of(unpacked(path.read_bytes()))
                directory = refreshed if refreshed.made >= directory.made else directory
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning(
                    "The refreshed directory of models in %s cannot be read (%s); the one that came with Sayso is shown.",
                    path,
                    error,
                )
        seen = self._path("observed.json")
        return (observed(directory, observations(seen)) if seen and seen.is_file() else directory).prepared()


def _time(path: Path | None) -> float:
    try:
        return path.stat().st_mtime if path else 0.0
    except OSError:
        return 0.0
