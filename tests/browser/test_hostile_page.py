"""T22: a page of another origin, in the very browser in which somebody is signed in, tries every address that changes something.

It lies on the same host, on another port: its requests carry the cookie (SameSite keeps only other sites' away), so that what stops it is ours.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.web.routes import API, PUBLIC
from tests.browser.conftest import Arrives, Desk
from tests.conftest import Northlight
from tests.web.test_every_address import BODIES

pytestmark = pytest.mark.browser

FOR_STRANGERS = ("/f/", "/share/", "/oauth/", "/mcp", "/hooks/", "/sso/", "/scim/")
"""Addresses that anybody may write to, from wherever they are; none of them looks at the cookie of the workspace."""
BY_THEMSELVES = ("sessions", "members", "automation_workers", "gateway_processes")
"""Tables that tell who was seen last, and which processes live."""

ATTACK = """async ([base, writes]) => {
  const all = [], hidden = document.body.appendChild(document.createElement("div"));
  let tried = 0;
  const tries = (what) => { tried += 1; all.push(what); };
  const loads = (tag, set) => tries(new Promise((done) => {
    const one = Object.assign(document.createElement(tag), { onload: done, onerror: done });
    setTimeout(done, 2000);
    set(one);
    hidden.append(one);
  }));
  for (const [verb, path, body] of writes) {
    const json = { "content-type": "application/json" };
    tries(fetch(base + path, { method: verb, credentials: "include", headers: json, body }).catch(() => 0));
    tries(fetch(base + path, { method: verb, credentials: "omit", body }).catch(() => 0));
    tries(fetch(base + path, { method: "POST", mode: "no-cors", credentials: "include", body }).catch(() => 0));
    loads("img", (one) => (one.src = base + path));
  }
  const waiting = [...writes];
  const frames = Array.from({ length: 24 }, (_, n) => hidden.appendChild(Object.assign(document.createElement("iframe"), { name: "f" + n })));
  await Promise.all(frames.map(async ({ name: target }) => {
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const [, path, body] = one;
      const form = Object.assign(document.createElement("form"), { method: "post", action: base + path, target, enctype: "text/plain" });
      const cut = body.indexOf(":") + 1 || 1;
      form.append(Object.assign(document.createElement("input"), { name: body.slice(0, cut), value: body.slice(cut) }));
      hidden.append(form);
      tried += 1;
      form.submit();
      await new Promise((done) => setTimeout(done, 120));
    }
  }));
  await Promise.all(all);
  return tried;
}"""


@asynccontextmanager
async def another_site() -> AsyncIterator[int]:
    """A site of somebody else's, on a port of its own: an empty page."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
        body = b"<!doctype html><title>Prizes</title><body>"
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def writes(desk: Desk) -> list[tuple[str, str, str]]:
    """Verb, path and a body that would do something, of each."""
    known = {"app": desk.id, "table": "shoots", "row": str(desk.ids[0]), "view": "all"}

    def path(pattern: str) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: known.get(m[1], "1"), pattern)

    found = [(one.verb, path(one.path), json.dumps(BODIES.get(f"{one.verb} {one.path}", {}))) for one in API if one.verb != "GET"]
    pages = [
        (one[0], path(one[1]), "{}") for one in PUBLIC if one[0] not in ("GET", "HEAD") and not one[1].startswith(FOR_STRANGERS)
    ]
    return [*found, *pages, ("POST", f"{desk.rows}", json.dumps({"values": {"name": "Forged"}}))]


async def _state(engine: AsyncEngine) -> dict[str, str]:
    """A digest of every table."""
    async with engine.connect() as tx:
        tables = text("select schemaname, tablename from pg_tables where schemaname = 'sayso' or schemaname like 'app%'")
        names = [f'"{s}"."{name}"' for s, name in (await tx.execute(tables)).all() if name not in BY_THEMSELVES]
        rows = "count(*)::text || coalesce(md5(string_agg(t::text, '|' order by t::text)), '')"
        every = " union all ".join(f"select '{name}', {rows} from {name} t" for name in names)  # noqa: S608  of the catalogue
        return {str(name): str(digest) for name, digest in (await tx.execute(text(every))).all()}


async def test_no_page_of_another_site_changes_anything(
    arrives: Arrives, url: str, engine: AsyncEngine, northlight_kept: Northlight, desk: Desk
):
    ana = await arrives(northlight_kept.ana)
    await ana.page.goto(f"{url}/settings")
    asked = writes(desk)
    assert len(asked) > 150
    before = await _state(engine)
    async with another_site() as port:
        page = await ana.page.context.new_page()
        await page.goto(f"http://127.0.0.1:{port}")
        assert await page.evaluate(ATTACK, [url, asked]) == 5 * len(asked)
        await page.close()
    after = await _state(engine)
    assert {name for name in before if before[name] != after[name]} == set()

    forged = {"method": "POST", "headers": {"content-type": "application/json"}, "body": asked[-1][2]}
    status = await ana.page.evaluate("([path, how]) => fetch(path, how).then((answer) => answer.status)", [desk.rows, forged])
    assert status == 201 and await _state(engine) != before, (
        "the same from our own page is done: the victim was signed in, and this test can fail"
    )
