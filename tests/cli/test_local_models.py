"""A model that is pulled while the server runs is there at once, and gone when it is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from tests.gateway.builtin.local.tiny import build
from tests.sayso import sayso, up


async def test_a_running_server_learns_of_it(tmp_path: Path):
    home = tmp_path / "home"
    build(tmp_path / "small.gguf")
    async with up(home) as running, httpx.AsyncClient(base_url=running.url, timeout=30) as http:
        await http.post(running.said["sign_in"])

        async def names() -> list[str]:
            return [one["id"] for one in (await http.get("/api/gateway/models")).json()["items"]]

        assert "sayso/reader" in await names()
        assert (await sayso("models", "pull", str(tmp_path / "small.gguf"), "--home", str(home), "--json")).code == 0
        await until(names, "local/small", there=True)
        assert (await sayso("models", "forget", "small", "--home", str(home), "--json")).code == 0
        await until(names, "local/small", there=False)


async def until(names: Callable[[], Awaitable[list[str]]], name: str, *, there: bool) -> None:
    for _ in range(1_200):
        if (name in await names()) == there:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await names())
