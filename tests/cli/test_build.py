"""From words to an app, by the command line: with a server, without one, twice, and killed half way."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.sayso import begun, sayso, up

WISH = "Keep track of suppliers with name, phone, rating and status (new, approved, blocked)"


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


async def test_a_wish_is_built_beside_a_server_and_changed_by_more_words(home: Path):
    async with up(home) as server:
        built = (await sayso("build", WISH, "--home", str(home), "--json")).json
        assert built["address"] == f"{server.url}/a/{built['app']}"
        assert built["tables"] == ["Suppliers"]
        token = (await sayso("token", "create", "--home", str(home), "--json")).json["token"]
        async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as web:
            app = (await web.get(f"/api/apps/{built['app']}")).json()
            assert app["samples"] is True
            assert [field["name"] for field in app["spec"]["tables"][0]["fields"]] == ["Name", "Phone", "Rating", "Status"]
    changed = (
        await sayso("build", "add a field Website to Suppliers", "--app", built["app"], "--home", str(home), "--json")
    ).json
    assert (changed["app"], changed["version"]) == (built["app"], 2)
    assert any("Website" in sentence for sentence in changed["report"])


async def test_what_is_no_plan_is_answered_and_builds_nothing(home: Path):
    told = await sayso("build", "", "--home", str(home), "--json")
    assert (told.code, told.json["error"]) == (2, "invalid")
    assert told.json["detail"]
    assert (await sayso("apps", "--home", str(home), "--json")).json["items"] == []


async def test_up_with_a_wish_opens_the_app_and_builds_it_once(home: Path):
    async with up(home, WISH) as server:
        assert server.said["address"] == f"{server.url}/a/{server.said['app']}"
        async with httpx.AsyncClient(timeout=60) as web:
            answer = await web.post(server.said["sign_in"])
            assert (answer.status_code, answer.headers["location"]) == (303, f"/a/{server.said['app']}")
            me = await web.get(f"{server.url}/api/me")
            assert me.json()["member"]["role"] == "owner"
    async with up(home, WISH) as again:
        assert again.said["app"] == server.said["app"]
    assert len((await sayso("apps", "--home", str(home), "--json")).json["items"]) == 1


async def test_up_with_a_spreadsheet_and_with_words_that_say_nothing(home: Path, tmp_path: Path):
    file = tmp_path / "contracts.csv"
    file.write_text("Name,Until\nLease,2027-01-31\nPhones,2026-12-31\n")
    async with up(home, str(file)) as server:
        assert (server.said["app"], server.said["rows"]) == ("contracts", 2)
    async with up(home, "hello") as server, httpx.AsyncClient(timeout=60) as web:
        assert server.said["problem"]
        assert (await web.get(f"{server.url}/healthz")).status_code == 200


@pytest.mark.crash
async def test_a_build_that_is_killed_leaves_a_whole_app_or_none(home: Path):
    assert (await sayso("apps", "--home", str(home))).code == 0
    for seconds in (0.2, 0.5, 0.9, 1.4):
        process = await begun("build", WISH, "--home", str(home))
        await asyncio.sleep(seconds)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()
        for app in (await sayso("apps", "--home", str(home), "--json")).json["items"]:
            rows = (await sayso("rows", app["id"], "Suppliers", "--home", str(home), "--json")).json
            assert rows["total"] == app["rows"] > 0
            exported = (await sayso("export", app["id"], "--home", str(home), "--json")).json
            assert len(exported["tables"][0]["fields"]) == 4
    assert (await sayso("build", WISH, "--home", str(home))).code == 0
