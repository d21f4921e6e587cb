"""The embedded PostgreSQL: shared, left behind, killed, and never at the cost of somebody's folders."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sayso.db import open_engine
from sayso.db.embedded import place_of, postgres, postmaster, presence
from sayso.db.embedded.account import Place, left_behind
from sayso.errors import Unavailable
from sayso.settings import SHARED

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def empty_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


async def answers(url: str, question: str = "select 1") -> object:
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text(question))).scalar()
    finally:
        await engine.dispose()


def pid(home: Path) -> int | None:
    return postmaster.pid_of(place_of(home))


async def gone(place: Place) -> None:
    for _ in range(3_000):
        if postmaster.pid_of(place) is None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("still running")


async def test_two_processes_share_one_and_the_last_one_stops_it(empty_home: Path):
    async with postgres(empty_home, durable=False) as first:
        running = pid(empty_home)
        async with postgres(empty_home, durable=False) as second:
            assert second == first
            assert pid(empty_home) == running is not None
        assert pid(empty_home) == running
        assert await answers(first) == 1
    assert pid(empty_home) is None


async def test_what_people_type_is_compared_without_case_in_every_language(empty_home: Path):
    async with postgres(empty_home, durable=False) as url:
        assert await answers(url, "select lower('ÅNGSTRÖM ÉCOLE ЖУК')") == "ångström école жук"
        assert await answers(url, "select rolsuper from pg_roles where rolname = current_user") is False
        assert await answers(url, "show listen_addresses") == ""


@pytest.mark.crash
async def test_a_killed_postgres_comes_back_by_itself(empty_home: Path):
    async with postgres(empty_home, durable=False) as url:
        killed = pid(empty_home)
        assert killed
        os.kill(killed, signal.SIGKILL)
        await gone(place_of(empty_home))
        for _ in range(1_200):
            if pid(empty_home) not in (None, killed):
                break
            await asyncio.sleep(0.05)
        async with presence.alone(empty_home):
            assert await answers(url) == 1


@pytest.mark.crash
async def test_one_that_was_left_behind_is_taken_over(empty_home: Path):
    async with postgres(empty_home, durable=False):
        place = place_of(empty_home)
    await postmaster.ensure_running(place, durable=False)  # as after a kill -9 of its user: running, and nobody's
    orphan = pid(empty_home)
    async with postgres(empty_home, durable=False) as url:
        assert pid(empty_home) == orphan
        assert await answers(url) == 1
    assert pid(empty_home) is None


@pytest.mark.crash
async def test_a_leftover_pid_that_now_belongs_to_somebody_else_is_not_believed(empty_home: Path):
    async with postgres(empty_home, durable=False):
        place = place_of(empty_home)
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        lock = (place.run / postmaster.SOCKET_LOCK).read_text().splitlines()
    (place.run / postmaster.SOCKET_LOCK).write_text("\n".join([str(os.getpid()), *lock[1:]]) + "\n")
    (place.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    async with postgres(empty_home, durable=False) as url:
        assert await answers(url) == 1


@pytest.mark.crash
async def test_a_first_start_that_was_killed_half_way_begins_again(empty_home: Path):
    empty_home.mkdir()
    place = place_of(empty_home)
    (place.base / "data.new" / "base").mkdir(parents=True)
    (place.base / "data.new" / "PG_VERSION").write_text("18\n")
    async with postgres(empty_home, durable=False) as url:
        assert await answers(url) == 1


async def test_a_home_deep_in_the_tree_has_its_socket_elsewhere(empty_home: Path):
    deep = empty_home / ("d" * 60) / ("e" * 60)
    async with postgres(deep, durable=False) as url:
        assert await answers(url) == 1
        assert place_of(deep).run.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not AS_ROOT, reason="only root needs another account")
async def test_as_root_a_closed_folder_stays_closed(empty_home: Path):
    closed = empty_home / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    home = closed / "home"
    try:
        async with postgres(home, durable=False) as url:
            place = place_of(home)
            assert await answers(url) == 1
            assert not place.base.is_relative_to(closed)
            assert place.account
            assert place.account.uid != 0
            assert place.base.stat().st_mode & 0o077 == 0
        assert closed.stat().st_mode & 0o777 == 0o700
        assert place.base not in left_behind(SHARED)
        shutil.move(home, closed / "elsewhere")
        assert place.base in left_behind(SHARED)
        shutil.move(closed / "elsewhere", home)
    finally:
        base = Path((home / "postgres.txt").read_text().strip())
        shutil.rmtree(base)


async def test_the_socket_folder_is_for_its_account_alone(empty_home: Path):
    async with postgres(empty_home, durable=False):
        place = place_of(empty_home)
        for folder in (place.base, place.run, place.data):
            assert folder.stat().st_mode & 0o077 == 0, folder
            assert folder.stat().st_uid == (place.account.uid if place.account else os.geteuid())


async def test_a_second_server_is_told_where_the_first_one_is(empty_home: Path):
    empty_home.mkdir()
    with presence.the_server(empty_home, {"url": "http://localhost:8700", "pid": 4711}):
        assert presence.server_of(empty_home) == {"url": "http://localhost:8700", "pid": 4711}
        with (
            pytest.raises(Unavailable, match=r"already running on .* at http://localhost:8700 \(process 4711\)"),
            presence.the_server(empty_home, {}),
        ):
            pass
    assert presence.server_of(empty_home) is None


async def test_a_home_that_cannot_be_made_is_said_in_one_line(empty_home: Path):
    empty_home.parent.joinpath("file").write_text("")
    with pytest.raises(Unavailable, match="Choose another folder"):
        async with postgres(empty_home.parent / "file" / "home"):
            pass
