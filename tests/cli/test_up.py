"""Starting, stopping, killing: what a person meets in the terminal."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.sayso import sayso, up

from sayso.db.embedded import place_of, postmaster, presence


@pytest.fixture(scope="module")
def own_home() -> Iterator[Path]:
    """One home for this module: every test leaves it with nothing running."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


def postgres_of(home: Path) -> int | None:
    return postmaster.pid_of(place_of(home))


async def test_up_says_where_it_is_and_stops_cleanly(own_home: Path):
    async with up(own_home, alone=True) as server:
        assert server.said["sign_in"].startswith(f"{server.url}/sign-in/")
        async with httpx.AsyncClient(timeout=60) as web:
            assert (await web.get(f"{server.url}/healthz")).status_code == 200
        assert presence.server_of(own_home) == {"url": server.url, "pid": server.process.pid}
    assert server.process.returncode == 0
    assert postgres_of(own_home) is None
    assert presence.server_of(own_home) is None


async def test_mail_that_cannot_go_out_is_told_before_anybody_waits_for_a_letter(own_home: Path):
    told = await sayso("up", "--home", str(own_home), "--no-browser", env={"SAYSO_SMTP_URL": "smtp://mail.example.com"})
    assert told.code == 2 and "SAYSO_MAIL_FROM" in told.err


async def test_the_link_signs_the_owner_in_once(own_home: Path):
    async with up(own_home) as server, httpx.AsyncClient(follow_redirects=True, timeout=60) as web:
        await web.post(server.said["sign_in"])
        me = await web.get(f"{server.url}/api/me")
        assert (me.status_code, me.json()["member"]["role"]) == (200, "owner")
        async with httpx.AsyncClient(follow_redirects=True, timeout=60) as stranger:
            assert (await stranger.post(server.said["sign_in"])).status_code == 401
            assert (await stranger.get(f"{server.url}/api/me")).status_code == 401


async def test_a_second_server_is_told_in_one_line(own_home: Path):
    async with up(own_home) as server:
        second = await sayso("up", "--home", str(own_home), "--no-browser")
    assert second.code == 6
    assert second.err == f"sayso: Sayso is already running on {own_home} at {server.url} (process {server.process.pid}).\n"


async def test_a_port_that_is_taken_is_told_in_one_line(own_home: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = await sayso("up", "--home", str(own_home), "--port", str(port), "--no-browser")
    assert told.code == 6
    assert told.err.count("\n") == 1
    assert "Choose another port with --port" in told.err


@pytest.mark.crash
@pytest.mark.parametrize("victim", ["server", "postgres", "both"])
async def test_after_a_kill_the_next_start_just_works(own_home: Path, victim: str):
    async with up(own_home) as server:
        token = (await sayso("token", "create", "--home", str(own_home), "--json")).json["token"]
        postgres = postgres_of(own_home)
        assert postgres
        if victim != "postgres":
            os.kill(server.process.pid, signal.SIGKILL)
            await server.process.wait()
        if victim != "server":
            os.kill(postgres, signal.SIGKILL)
        if victim == "postgres":
            server.process.send_signal(signal.SIGTERM)
    async with up(own_home) as again, httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as web:
        assert (await web.get(f"{again.url}/api/me")).status_code == 200
    assert postgres_of(own_home) is None


async def test_commands_work_with_a_server_and_without(own_home: Path):
    alone = await sayso("token", "create", "--home", str(own_home), "--name", "Alone", "--json", alone=True)
    async with up(own_home) as server:
        beside = await sayso("token", "create", "--home", str(own_home), "--may", "read", "--json")
        for token, rights in ((alone.json["token"], 7), (beside.json["token"], 1)):
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as web:
                assert len((await web.get(f"{server.url}/api/me")).json()["may"]) == rights
    assert postgres_of(own_home) is None
    names = [item["name"] for item in (await sayso("token", "list", "--home", str(own_home), "--json")).json["items"]]
    assert "Alone" in names


async def test_a_withdrawn_token_is_refused_and_an_unknown_one_told(own_home: Path):
    made = (await sayso("token", "create", "--home", str(own_home), "--json")).json
    assert (await sayso("token", "revoke", made["id"], "--home", str(own_home))).code == 0
    again = await sayso("token", "revoke", made["id"], "--home", str(own_home), "--json")
    assert again.code == 3
    assert again.json["error"] == "not-found"


async def test_a_wrong_port_in_the_environment_is_told(own_home: Path):
    told = await sayso("up", "--home", str(own_home), env={"SAYSO_PORT": "many"})
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "SAYSO_PORT" in told.err
