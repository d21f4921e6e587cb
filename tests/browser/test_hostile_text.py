"""Two hundred texts that would like to be code, written by the API into everything that has a name, then looked at by an owner (T24)."""

from typing import Any

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import Arrives, Person
from tests.conftest import Northlight
from tests.security.payloads import PAYLOADS

pytestmark = pytest.mark.browser

WATCH = """
window.hits = []; window.hit = () => window.hits.push("ran"); window.HIT = window.hit;
document.addEventListener("securitypolicyviolation", (e) => window.hits.push(e.violatedDirective + " " + e.blockedURI));
"""


def spec() -> dict[str, Any]:
    names = iter(
        p[:90] for n, p in enumerate(PAYLOADS) if n % 10 != 1
    )  # but for those that differ in case only: names are compared without
    options = [{"id": f"o{n}", "name": next(names), "hue": "blue"} for n in range(6)]
    fields: list[dict[str, Any]] = [
        {"id": "name", "name": next(names), "kind": "text"},
        {"id": "notes", "name": next(names), "kind": "long_text", "description": next(names)},
        {"id": "status", "name": next(names), "kind": "select", "options": options},
        {
            "id": "tags",
            "name": next(names),
            "kind": "multi_select",
            "options": [{**one, "id": f"t{one['id']}"} for one in options],
        },
        {"id": "day", "name": next(names), "kind": "date"},
        {"id": "told", "name": "Told", "kind": "formula", "formula": '"<img src=x onerror=hit()>" & {Told by}'},
        {"id": "by", "name": "Told by", "kind": "text"},
    ]
    views = [
        {"id": "grid", "name": next(names), "kind": "grid", "table": "things"},
        {"id": "board", "name": next(names), "kind": "board", "table": "things", "by": "status"},
        {"id": "gallery", "name": next(names), "kind": "gallery", "table": "things"},
        {"id": "days", "name": next(names), "kind": "calendar", "table": "things", "start": "day"},
        {"id": "chart", "name": next(names), "kind": "chart", "table": "things", "shape": "bar", "by": "status"},
        {"id": "form", "name": next(names), "kind": "form", "table": "things", "title": next(names), "intro": next(names), "button": next(names), "thanks": next(names),
         "fields": [{"field": "name", "label": next(names)}, {"field": "notes", "help": next(names)}]},
        {"id": "numbers", "name": next(names), "kind": "dashboard", "tiles": [{"kind": "number", "id": "count", "name": next(names), "table": "things"}]},
    ]  # fmt: skip
    worker = {"id": "mina", "name": next(names)[:60], "description": next(names), "instructions": next(names), "grants": []}
    table = {"id": "things", "name": next(names), "description": next(names), "fields": fields}
    return {
        "id": "hostile",
        "name": next(names),
        "description": next(names),
        "icon": "constructor",
        "tables": [table],
        "views": views,
        "coworkers": [worker],
    }


async def filled(ana: Person) -> tuple[str, int]:
    made = await ana.api.post("/api/apps", json={"spec": spec()})
    assert made.status_code == 201, made.text
    app = made.json()["id"]
    rows = [
        {
            "values": {
                "name": p,
                "notes": p,
                "by": p,
                "status": f"o{n % 6}",
                "tags": [f"to{n % 6}"],
                "day": f"2026-11-{n % 28 + 1:02}",
            }
        }
        for n, p in enumerate(PAYLOADS)
    ]
    added = await ana.api.post(f"/api/apps/{app}/tables/things/rows", json={"rows": rows})
    assert added.status_code == 201, added.text
    row = added.json()["rows"][0]["id"]
    for payload in PAYLOADS[:10]:
        await ana.api.post(f"/api/apps/{app}/tables/things/rows/{row}/comments", json={"text": payload})
    await ana.api.patch(f"/api/apps/{app}/tables/things/rows/{row}", json={"values": {"notes": PAYLOADS[11]}, "version": 1})
    return app, row


async def test_two_hundred_texts_stay_text_wherever_they_are_shown(arrives: Arrives, url: str, northlight_kept: Northlight):
    assert len(set(PAYLOADS)) == 200
    ana = await arrives(northlight_kept.ana)
    page, outside, asked = ana.page, list[str](), list[str]()
    await page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: asked.append(dialog.message))

    def sent(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            outside.append(request.url)

    page.on("request", sent)
    app, row = await filled(ana)
    places = {
        "/": "main", f"/a/{app}/grid": "[role=grid]", f"/a/{app}/board": "main", f"/a/{app}/gallery": "main", f"/a/{app}/days": "main", f"/a/{app}/chart": "canvas",
        f"/a/{app}/form": "main", f"/a/{app}/numbers": "main", f"/a/{app}/grid/{row}": "main", f"/a/{app}/versions": "main", f"/a/{app}/coworkers/mina": "main",
        "/settings/audit": "table",
    }  # fmt: skip
    for place, shown in places.items():
        await page.goto(url + place)
        await expect(page.locator(shown).first).to_be_visible()
        if place.endswith(("grid", "gallery", "board")):
            await expect(page.locator(shown).first).to_contain_text("hit()")
        await page.mouse.wheel(0, 4_000)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("window.hits") == [], place
    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog").get_by_role("combobox").fill("img")
    await expect(page.get_by_role("dialog")).to_contain_text("hit()")
    assert await page.evaluate("window.hits") == [], "the palette"
    assert (asked, outside) == ([], [])
