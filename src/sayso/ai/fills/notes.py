"""Answers noted down the moment they come, in files of the home: a process that is killed has forgotten none that was paid for.

One file for each batch, thrown away when the batch is in PostgreSQL. Written without waiting for the disk: what the operating
system has taken survives a killed process, though not a machine that loses its power.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import orjson

FOLDER = "fills"


class Notes:
    """Of one fill."""

    def __init__(self, home: Path, fill: str) -> None:
        self.folder, self.fill = home / FOLDER, fill
        self._number = 0
        self._open: BinaryIO | None = None

    def add(self, line: dict[str, Any]) -> None:
        if self._open is None:
            self._open = self._next()
        self._open.write(orjson.dumps(line) + b"\n")

    def turned(self) -> Path | None:
        """The file of what was noted so far; what comes from now on goes to another one."""
        if self._open is None:
            return None
        path = Path(self._open.name)
        self._open.close()
        self._open = None
        return path

    def left(self) -> list[dict[str, Any]]:
        """What an earlier process noted and may not have written. A last line that was cut off is none."""
        return [line for path in self._files() for line in _lines(path)]

    def forget(self, paths: Iterable[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    def forget_all(self) -> None:
        self.turned()
        self.forget(self._files())

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"{self.fill}.*.jsonl"))

    def _next(self) -> BinaryIO:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._number += 1
        return (self.folder / f"{self.fill}.{os.getpid()}-{self._number}.jsonl").open("ab", buffering=0)


def _lines(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            continue
    return found
