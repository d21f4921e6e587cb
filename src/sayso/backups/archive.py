"""The backup file: a zip whose parts are `sayso.json`, `database.dump`, `files/…` and, last, their checksums."""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sayso.errors import Invalid, Problem

FORMAT = 1
ABOUT, DATABASE, SUMS = "sayso.json", "database.dump", "SHA256SUMS.json"
FILE_NAME = re.compile(r"files/(?!.*\.\.)[\w.@=+-]+(/[\w.@=+-]+)*")
TABLE_NAME = re.compile(r"(sayso|app_[0-9]+)\.[a-z_][a-z0-9_]*")
"""Whatever else a backup calls a table would be a command to `psql`."""
CHUNK_BYTES = 1 << 20
ABOUT_BYTES_MAX = 50_000_000


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself. `rows` counts every table by its name, such as `app_1.t_2`, at the moment of the backup."""

    sayso: str
    migration: str
    made_at: str
    workspaces: list[str]
    apps: list[str]
    rows: dict[str, int]
    files: int
    format: int = FORMAT


class Writing:
    """Adds parts to an archive, each streamed and summed."""

    def __init__(self, file: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.sums: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self.zip.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                part.write(chunk)
        self.sums[name] = digest.hexdigest()

    def finish(self) -> None:
        self.add(SUMS, [json.dumps(self.sums, indent=1).encode()])
        self.zip.close()


@contextmanager
def written(path: Path) -> Generator[Writing]:
    """A new archive that nobody else can read; it appears under its name when it is whole and on disk."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            writing = Writing(file)
            yield writing
            writing.finish()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def about_json(about: About) -> bytes:
    return json.dumps(asdict(about), indent=1).encode()


def verified(path: Path) -> About:
    """Reads the whole archive and compares every checksum. Raises `Invalid` when anything is not as it was written."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive)
    except FileNotFoundError:
        raise Invalid(Problem(str(path), "there is no such file")) from None
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise Invalid(Problem(str(path), f"is not a Sayso backup, or is damaged ({error})")) from None


def _verified(archive: zipfile.ZipFile) -> About:
    names = archive.namelist()
    sums = json.loads(_small(archive, SUMS))
    if len(names) != len(set(names)) or set(names) != {*sums, SUMS} or not {ABOUT, DATABASE} <= sums.keys():
        raise ValueError("its parts are not those that its checksums name")
    for name in names:
        if name not in (ABOUT, DATABASE, SUMS) and not FILE_NAME.fullmatch(name):
            raise ValueError(f"it holds {name!r}")
        if name != SUMS and _digest(archive, name) != sums[name]:
            raise ValueError(f"the checksum of {name} does not match")
    about = json.loads(_small(archive, ABOUT))
    if about.get("format") != FORMAT:
        raise ValueError(f"its format is {about.get('format')}, and this Sayso reads {FORMAT}")
    return _sane(About(**about))


def _sane(about: About) -> About:
    """What is told of the tables goes into a script, so it is names and numbers and nothing else."""
    for name, number in about.rows.items():
        if not TABLE_NAME.fullmatch(name) or type(number) is not int:
            raise ValueError(f"it counts {name[:80]!r}")
    return about


def chunks_of(path: Path) -> Generator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK_BYTES), b"")


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > ABOUT_BYTES_MAX:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as part:
        for chunk in iter(lambda: part.read(CHUNK_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()
