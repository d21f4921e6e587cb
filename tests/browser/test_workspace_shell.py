"""What is around an app: palette, keys, undo, versions, trash, settings."""

import re

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.browser.conftest import Arrives
from tests.browser.patience import soon
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

SPEC = {
    "id": "desk", "name": "Client desk", "icon": "users", "hue": 250,
    "tables": [{"id": "clients", "name": "Clients", "fields": [
        {"id": "name", "name": "Name", "kind": "text"}, {"id": "worth", "name": "Worth", "kind": "money"}]}],
    "views": [{"id": "all", "name": "All clients", "kind": "grid", "table": "clients"}, {"id": "shelf", "name": "Gallery of clients", "kind": "gallery", "table": "clients"}],
    "automations": [{"id": "monday", "name": "Monday list", "trigger": {"kind": "schedule", "cron": "0 9 * * 1"}, "steps": [{"kind": "send_email", "to": "everyone", "subject": "Open clients"}]}],
}  # fmt: skip


async def desk(person: object) -> str:
    """A fresh app with two rows, by the API."""
    api = person.api  # type: ignore[attr-defined]
    app = (await api.post("/api/apps", json={"spec": SPEC})).raise_for_status().json()["id"]
    rows = {"rows": [{"values": {"name": "Brandt & Söhne", "worth": "14200"}}, {"values": {"name": "Otto", "worth": "12.50"}}]}
    (await api.post(f"/api/apps/{app}/tables/clients/rows", json=rows)).raise_for_status()
    return app


async def test_the_palette_finds_apps_rows_and_actions_by_typing(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page
    await page.goto(url)
    await expect(page.get_by_role("heading", name="What should we build?")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("brandt")
    await expect(page.get_by_role("option", name=re.compile("Brandt & Söhne"))).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(rf"/a/{app}/all/\d+$"))

    await page.keyboard.press("Control+k")
    await page.keyboard.type("go home")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What should we build?")).to_be_visible()

    await page.keyboard.press("Control+/")
    keys = page.get_by_role("dialog", name="Keys")
    await expect(keys.get_by_text("Search everything")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)
    await page.get_by_role("button", name="Search").first.focus()
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.wait_for_url(re.compile("/settings"))


async def test_a_field_added_by_hand_is_undone_and_redone(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page

    async def fields() -> list[str]:
        spec = (await ana.api.get(f"/api/apps/{app}")).json()["spec"]
        return [field["name"] for field in spec["tables"][0]["fields"]]

    await page.goto(f"{url}/a/{app}")
    tree = page.get_by_role("complementary", name="Client desk")
    await tree.get_by_role("link", name="Clients", exact=True).hover()
    await tree.get_by_role("button", name="Clients: more", exact=True).click()
    await page.get_by_role("menuitem", name="Fields and settings").click()
    await page.get_by_role("dialog").get_by_role("button", name="Add a field").click()
    dialog = page.get_by_role("dialog", name="New field in Clients")
    await dialog.get_by_label("Name").fill("City")
    await dialog.get_by_role("button", name="Add the field").click()
    await expect(page.get_by_role("columnheader", name=re.compile("City"))).to_be_visible()
    await soon(lambda: fields(), ["Name", "Worth", "City"])

    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("columnheader", name=re.compile("City"))).to_have_count(0)
    await soon(lambda: fields(), ["Name", "Worth"])
    await page.get_by_role("status").get_by_role("button", name="Redo").click()
    await expect(page.get_by_role("columnheader", name=re.compile("City"))).to_be_visible()
    await soon(lambda: fields(), ["Name", "Worth", "City"])


async def test_removing_a_field_with_values_asks_and_the_safe_answer_has_the_focus(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page
    await page.goto(f"{url}/a/{app}")
    tree = page.get_by_role("complementary", name="Client desk")
    await tree.get_by_role("link", name="Clients", exact=True).hover()
    await tree.get_by_role("button", name="Clients: more", exact=True).click()
    await page.get_by_role("menuitem", name="Fields and settings").click()
    await page.get_by_role("button", name="Remove Worth").click()
    asked = page.get_by_role("dialog", name=re.compile("Remove the field Worth"))
    await expect(asked).to_contain_text("loses 2 values")
    await expect(asked.get_by_role("button", name="Keep it")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(asked).to_have_count(0)
    assert len((await ana.api.get(f"/api/apps/{app}")).json()["spec"]["tables"][0]["fields"]) == 2


async def test_versions_tell_what_changed_and_bring_it_back(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    change = {
        "title": "Called Value now",
        "steps": [{"do": "rename", "part": "field", "table": "clients", "id": "worth", "name": "Value"}],
    }
    answer = await ana.api.post(
        f"/api/apps/{app}/versions", json={"change": change, "base_version": 1, "note": "Called Value now"}
    )
    assert answer.status_code == 201, answer.text
    page = ana.page
    await page.goto(f"{url}/a/{app}/versions")
    await page.get_by_role("option", name=re.compile("Version 1")).click()
    about = page.get_by_role("region", name="Version 1")
    await expect(about).to_contain_text(re.compile("Worth.*Value"))
    await about.get_by_role("button", name="Bring it back").click()
    await expect(page.get_by_role("option", name=re.compile("Version 3"))).to_be_visible()
    spec = (await ana.api.get(f"/api/apps/{app}")).json()["spec"]
    assert [field["name"] for field in spec["tables"][0]["fields"]] == ["Name", "Worth"]


async def test_a_row_comes_back_from_the_trash(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    rows = f"/api/apps/{app}/tables/clients/rows"
    otto = next(row["id"] for row in (await ana.api.get(rows)).json()["rows"] if row["values"]["name"] == "Otto")
    (await ana.api.delete(f"{rows}/{otto}")).raise_for_status()
    page = ana.page
    await page.goto(f"{url}/a/{app}/trash")
    await page.get_by_role("button", name="Bring Otto back").click()
    await expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert {row["values"]["name"] for row in (await ana.api.get(rows)).json()["rows"]} == {"Brandt & Söhne", "Otto"}


async def test_an_automation_is_read_and_says_that_it_is_off(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page
    await page.goto(f"{url}/a/{app}/automations/monday")
    main = page.get_by_role("main")
    await expect(main).to_contain_text("Every Monday at 09:00")
    await expect(main).to_contain_text("Open clients")
    await expect(main).to_contain_text("It is off: nothing happens by itself")


async def test_an_app_goes_to_the_trash_and_back(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page
    await page.goto(url)
    card = page.locator("article", has=page.locator(f'a[href="/a/{app}"]'))
    await card.get_by_role("button", name="Client desk: more").click()
    await page.get_by_role("menuitem", name="Move to the trash").click()
    await expect(card).to_have_count(0)
    assert (await ana.api.get(f"/api/apps/{app}")).status_code == 404
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(card).to_be_visible()
    assert (await ana.api.get(f"/api/apps/{app}")).status_code == 200


async def test_settings_change_the_workspace_the_theme_and_show_a_token_once(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    before = (await ana.api.get("/api/workspace")).json()
    await page.goto(f"{url}/settings")
    await page.get_by_label("Name").fill("Northlight & Co")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("complementary", name="Workspace")).to_contain_text("Northlight & Co")
    assert (await ana.api.get("/api/workspace")).json()["name"] == "Northlight & Co"
    await ana.api.patch("/api/workspace", json={"name": before["name"]})

    await page.goto(f"{url}/settings/appearance")
    await page.get_by_text("Dark", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    await page.goto(f"{url}/settings/tokens")
    await page.get_by_role("button", name="New token").click()
    await page.get_by_role("dialog", name="New token").get_by_label("Name").fill("Nightly export")
    await page.keyboard.press("Enter")
    token = await page.locator("code.token").inner_text()
    assert token.startswith("sayso_")
    await page.reload()
    await expect(page.get_by_role("cell", name="Nightly export", exact=True)).to_be_visible()
    assert token not in await page.content()


async def test_who_may_not_build_sees_no_way_to(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    cleo = await arrives(northlight_kept.cleo)
    page = cleo.page
    await page.goto(f"{url}/a/{app}")
    await expect(page.get_by_role("complementary", name="Client desk")).to_be_visible()
    await expect(page.get_by_text("Brandt & Söhne").first).to_be_visible()
    for name in ("Ask for a change", "New table", "New page"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await page.goto(url)
    await expect(page.get_by_role("link", name="Client desk").first).to_be_visible()
    await expect(page.get_by_role("button", name="Start empty")).to_have_count(0)
    await expect(page.get_by_label("Describe it in your own words")).to_have_count(0)


async def test_people_see_each_other_and_what_the_other_changes(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    ben = await arrives(northlight_kept.ben)
    await ana.page.goto(f"{url}/a/{app}")
    await ben.page.goto(f"{url}/a/{app}")
    await expect(ana.page.get_by_role("img", name=re.compile("Also here: Ben"))).to_be_visible()
    change = {"title": "x", "steps": [{"do": "rename", "part": "view", "id": "shelf", "name": "Wall of clients"}]}
    (await ben.api.post(f"/api/apps/{app}/versions", json={"change": change, "base_version": 1})).raise_for_status()
    await expect(ana.page.get_by_role("complementary", name="Client desk")).to_contain_text("Wall of clients")
    await ben.page.context.close()
    await expect(ana.page.get_by_role("img", name=re.compile("Also here"))).to_have_count(0)


async def test_an_app_that_is_not_there_says_so_with_a_way_home(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/a/nothing-like-this")
    await expect(page.get_by_role("alert")).to_contain_text("There is nothing here")
    await page.get_by_role("alert").get_by_role("link", name="Home").click()
    await expect(page.get_by_role("heading", name="What should we build?")).to_be_visible()


async def test_a_server_that_is_away_is_said_and_what_changed_meanwhile_is_read(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    app = await desk(ana)
    page = ana.page
    away, open_sockets = False, list[WebSocketRoute]()

    async def route(socket: WebSocketRoute) -> None:
        if away:
            await socket.close()
        else:
            socket.connect_to_server()
            open_sockets.append(socket)

    async def heard() -> bool:
        return bool(open_sockets)

    await page.route_web_socket(re.compile("/api/live"), route)
    await page.goto(f"{url}/a/{app}")
    tree = page.get_by_role("complementary", name="Client desk")
    await expect(tree).to_contain_text("Gallery of clients")
    await soon(heard, True)
    away = True
    for socket in open_sockets:
        await socket.close()
    await expect(page.get_by_text("Offline.")).to_be_visible()
    change = {"title": "x", "steps": [{"do": "rename", "part": "view", "id": "shelf", "name": "Wall of clients"}]}
    (await ana.api.post(f"/api/apps/{app}/versions", json={"change": change, "base_version": 1})).raise_for_status()
    away = False
    await expect(page.get_by_text("Offline.")).to_have_count(0, timeout=60_000)
    await expect(tree).to_contain_text("Wall of clients")


async def test_an_ended_session_leads_to_the_sign_in_page(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/settings/you")
    await page.get_by_role("button", name="Sign out", exact=True).click()  # the sessions below have one each
    await page.wait_for_url(re.compile("/signin"))
    assert (await page.context.request.get(f"{url}/api/me")).status == 401
