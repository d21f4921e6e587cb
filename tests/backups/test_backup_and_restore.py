"""One file out, the same installation back; and nothing at all when the file, the place or the moment is wrong."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import stat
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.sayso import SOURCES, sayso, up

from sayso.db.installation import opened
from sayso.settings import Settings
from sayso.team import people

ROWS = 5_000
AN_APP = """
    insert into sayso.apps (workspace_id, id, spec, created_by) select workspace_id, 'repairs', '{}', id from sayso.members;
    create schema app_1;
    create table app_1.t_1 (id bigserial primary key, c_1 text, c_2 text unique);
    create view app_1.readable as select c_1 from app_1.t_1;
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def full(place: Path) -> Path:
    """A home with an app of 5,000 rows and two files."""
    home = place / "full"
    async with opened(Settings(home)) as engine, engine.begin() as tx:
        await people.first_owner(tx)
        for command in AN_APP.split(";\n"):
            await tx.execute(text(command))
        await tx.execute(
            text("insert into app_1.t_1 (c_1, c_2) select 'naïve ''\\; $$ ' || n, n from generate_series(1, :rows) n"),
            {"rows": ROWS},
        )
    for name in ("aa/f_one", "bb/f_two.png"):
        path = home / "files" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(os.urandom(100_000))
    return home


@pytest.fixture(scope="module")
async def backup(full: Path, place: Path) -> Path:
    made = await sayso("backup", str(place / "one.backup"), "--home", str(full), "--json")
    assert (made.code, made.json["apps"], made.json["files"]) == (0, ["repairs"], 2)
    return place / "one.backup"


async def holds(home: Path) -> tuple[int, str | None]:
    """How many rows the app has, and a digest of all of them. No app: none."""
    async with opened(Settings(home)) as engine, engine.connect() as tx:
        if not (await tx.execute(text("select to_regclass('app_1.t_1')"))).scalar():
            return 0, None
        return tuple(
            (await tx.execute(text("select count(*), md5(string_agg(t::text, '|' order by id)) from app_1.t_1 t"))).one()
        )


def files(home: Path) -> dict[str, bytes]:
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in (home / "files").rglob("*") if p.is_file()}


async def test_a_backup_comes_back_elsewhere(full: Path, backup: Path, place: Path):
    restored = await sayso("restore", str(backup), "--home", str(place / "elsewhere"), "--json")
    assert (restored.code, restored.json["apps"]) == (0, ["repairs"])
    assert await holds(place / "elsewhere") == await holds(full)
    assert files(place / "elsewhere") == files(full)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    async with up(place / "elsewhere") as server:
        assert server.said["sign_in"]


async def test_what_is_there_is_replaced_only_when_asked(backup: Path, place: Path):
    home = place / "busy"
    assert (await sayso("restore", str(backup), "--home", str(home))).code == 0
    async with opened(Settings(home)) as engine, engine.begin() as tx:
        await tx.execute(text("delete from app_1.t_1"))
        await tx.execute(text("create schema app_7"))
    (home / "files" / "stray").write_bytes(b"newer than the backup")
    refused = await sayso("restore", str(backup), "--home", str(home))
    assert refused.code == 5
    assert "--replace" in refused.err
    assert (await holds(home))[0] == 0
    assert (await sayso("restore", str(backup), "--home", str(home), "--replace")).code == 0
    assert (await holds(home))[0] == ROWS
    assert set(files(home)) == {"files/aa/f_one", "files/bb/f_two.png"}
    async with opened(Settings(home)) as engine, engine.connect() as tx:
        assert not (await tx.execute(text("select 1 from pg_namespace where nspname = 'app_7'"))).all()


async def test_a_backup_is_made_while_the_server_runs_and_none_is_restored(full: Path, backup: Path, place: Path):
    async with up(full):
        assert (await sayso("backup", str(place), "--home", str(full))).code == 0
        told = await sayso("restore", str(backup), "--home", str(full), "--replace")
        assert (told.code, told.err.count("\n")) == (6, 2)
        assert "already running" in told.err
    assert len(list(place.glob("sayso-*.backup"))) == 1


def _cut(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes()[:-5_000])


def _flipped(source: Path, target: Path) -> None:
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)


def _without_a_part(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name != "files/aa/f_one":
                new.writestr(name, old.read(name))


def _with_a_path_out(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        sums = json.loads(old.read("SHA256SUMS.json"))
        sums["files/../../evil"] = sums["files/aa/f_one"]
        for name in old.namelist():
            new.writestr(name, json.dumps(sums) if name == "SHA256SUMS.json" else old.read(name))
        new.writestr("files/../../evil", old.read("files/aa/f_one"))


def _newer(source: Path, target: Path) -> None:
    _about(source, target, "migration", "9999")


def _miscounted(source: Path, target: Path) -> None:
    _about(source, target, "rows", {"app_1.t_1": ROWS + 1})


def _commanding(source: Path, target: Path) -> None:
    """Names that end the statement they are put into, and go on with a command to the shell."""
    evil = target.parent / "evil"
    _about(source, target, "rows", {f"app_1.t_1) < 0 then end if; end $$;\n\\! touch {evil}\n--": 0})


def _about(source: Path, target: Path, key: str, value: object) -> None:
    """A backup whose checksums are right and whose words are not."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        about = json.dumps(json.loads(old.read("sayso.json")) | {key: value})
        sums = json.loads(old.read("SHA256SUMS.json")) | {"sayso.json": hashlib.sha256(about.encode()).hexdigest()}
        for name in old.namelist():
            new.writestr(name, {"SHA256SUMS.json": json.dumps(sums), "sayso.json": about}.get(name) or old.read(name))


def _text(source: Path, target: Path) -> None:
    target.write_text("Hello")


@pytest.mark.parametrize("spoil", [_cut, _flipped, _without_a_part, _with_a_path_out, _newer, _miscounted, _commanding, _text])
async def test_a_damaged_backup_changes_nothing(backup: Path, place: Path, spoil: Callable[[Path, Path], None]):
    home, spoilt = place / "spoilt", place / "spoilt.backup"
    spoil(backup, spoilt)
    told = await sayso("restore", str(spoilt), "--home", str(home))
    assert told.code in (2, 6), told
    assert "Traceback" not in told.err
    if home.exists():
        assert await holds(home) == (0, None)
    assert not (place / "evil").exists()


async def test_no_such_file(place: Path):
    told = await sayso("restore", str(place / "nowhere"), "--home", str(place / "spoilt"), "--json")
    assert (told.code, told.json["error"]) == (2, "invalid")


@pytest.mark.crash
@pytest.mark.parametrize("seconds", [0.9, 1.4, 1.9])
async def test_a_restore_that_is_killed_leaves_all_or_nothing(full: Path, backup: Path, place: Path, seconds: float):
    home = place / f"killed-{seconds}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sayso", "restore", str(backup), "--home", str(home), env={**os.environ, "PYTHONPATH": str(SOURCES)}
    )  # fmt: skip
    await asyncio.sleep(seconds)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()
    assert await holds(home) in ((0, None), await holds(full))
    assert (await sayso("restore", str(backup), "--home", str(home), "--replace")).code == 0
    assert await holds(home) == await holds(full)
    assert files(home) == files(full)
