"""Views that are public: what strangers read, and everything that they do not."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from sayso.data.publishing import sweep
from sayso.db import transaction
from sayso.team.shares import counting
from sayso.web.pages.share import visiting
from sayso.web.routes import API, PUBLIC
from tests.web.conftest import Caller, Company, problem
from tests.web.crm import CRM
from tests.web.sharing import agreeing, in_person, path_of, published

SHOP: dict[str, Any] = {
    **CRM,
    "id": "shop",
    "name": "Shop",
    "views": [
        *CRM["views"],
        {"kind": "gallery", "id": "papers", "name": "Papers", "table": "clients", "cover": "papers"},
        {"kind": "calendar", "id": "days", "name": "Days", "table": "clients", "start": "since"},
        {
            "kind": "chart",
            "id": "sums",
            "name": "Sums",
            "table": "clients",
            "by": "stage",
            "measure": {"summary": "sum", "field": "worth"},
        },
        {"kind": "timeline", "id": "bars", "name": "Bars", "table": "clients", "start": "since", "by": "stage"},
        {"kind": "chart", "id": "count", "name": "Count", "table": "clients", "shape": "number"},
        {
            "kind": "dashboard",
            "id": "home",
            "name": "Home",
            "tiles": [
                {"kind": "number", "id": "all", "name": "Clients", "table": "clients", "over": "since", "span": "month"},
                {
                    "kind": "number",
                    "id": "worths",
                    "name": "Worth",
                    "table": "clients",
                    "measure": {"summary": "sum", "field": "worth"},
                },
                {
                    "kind": "chart",
                    "id": "stages",
                    "name": "By stage",
                    "table": "clients",
                    "shape": "donut",
                    "by": "stage",
                    "measure": {"summary": "sum", "field": "worth"},
                },
                {"kind": "chart", "id": "mails", "name": "By mail", "table": "clients", "by": "email"},
                {
                    "kind": "list",
                    "id": "best",
                    "name": "Best",
                    "table": "clients",
                    "fields": ["name", "email", "worth"],
                    "rows": 2,
                    "filter": {"of": [{"field": "stage", "op": "is", "value": "won"}]},
                },
            ],
        },
    ],
}
ROWS = "/api/apps/shop/tables/clients/rows"


@pytest.fixture(scope="module")
async def ben(company: Company) -> Caller:
    assert (await company.ben.post("/api/apps", json={"spec": SHOP})).status_code == 201
    picture = io.BytesIO()
    Image.new("RGB", (20, 10), "navy").save(picture, "PNG")
    files = [("can.png", picture.getvalue(), "image/png"), ("secret.txt", b"the plan", "text/plain")]
    ids = [(await company.ben.post("/api/files", files={"file": one})).json()["id"] for one in files]
    rows = [
        {
            "name": "Otto",
            "stage": "won",
            "worth": "14200.50",
            "since": "2026-11-03",
            "email": "otto@example.com",
            "papers": ids[:1],
        },
        {"name": "Mia <b>", "stage": "won", "worth": "10.00", "since": "2026-11-20", "notes": "pssst"},
        {"name": "Lost Lars", "stage": "lost", "worth": "99.00", "papers": ids[1:], "notes": "hidden words"},
    ]
    made = await company.ben.post(ROWS, json={"rows": [{"values": one} for one in rows]})
    assert made.status_code == 201, made.text
    return await in_person(company, company.ben)


@pytest.fixture(autouse=True)
def fresh() -> None:
    visiting.by_one._seen.clear()


async def test_a_view_shows_the_fields_and_rows_agreed_to_and_nothing_else(company: Company, ben: Caller):
    share = await published(ben, "shop", "won", fields=["name", "worth"])
    page = await company.nobody.get(path_of(share))
    assert page.status_code == 200
    assert "Otto" in page.text and "€14,200.50" in page.text and "Mia &lt;b&gt;" in page.text
    for hidden in ("Lars", "otto@example.com", "pssst", "Stage", "Notes", "Deals", "Ben", "created", "sh_", "m_"):
        assert hidden not in page.text, hidden
    assert page.text.index("Otto") < page.text.index("Mia"), "the view's own order"
    assert "script" not in page.text
    assert re.findall(r'<th scope="col"[^>]*><a[^>]*>([^<]+)', page.text) == ["Name", "Worth"]
    headers = page.headers
    assert (
        headers["x-robots-tag"].startswith("noindex")
        and headers["referrer-policy"] == "no-referrer"
        and headers["cache-control"] == "no-store"
    )
    assert "frame-ancestors 'none'" in headers["content-security-policy"] and "set-cookie" not in headers
    assert '<meta property="og:title" content="Won">' in page.text and "og:description" not in page.text


async def test_search_sorting_and_paging_reach_no_further_than_what_is_shown(company: Company, ben: Caller):
    path = path_of(await published(ben, "shop", "all", fields=["name", "stage"], rows={"search": True, "rows_max": 2}))
    found = await company.nobody.get(path, params={"q": "otto"})
    assert "Otto" in found.text and "Mia" not in found.text
    for hidden in ("pssst", "otto@example.com", "14200", "hidden words"):
        assert "Nothing was found" in (await company.nobody.get(path, params={"q": hidden})).text, hidden
    first = (await company.nobody.get(path, params={"sort": "-name"})).text
    assert first.index("Otto") < first.index("Mia")
    usual = _rows_in((await company.nobody.get(path)).text)
    assert len(usual) == 2, "no more rows than were agreed to"
    for asked in ({"sort": "worth"}, {"sort": "-notes"}, {"sort": "nonsense"}, {"page": "2"}, {"page": "-1"}, {"page": "9" * 30}):
        seen = _rows_in((await company.nobody.get(path, params=asked)).text)
        assert seen in (usual, []), asked
    assert (await company.nobody.get(path, params={"q": "x" * 200})).status_code in (200, 404)
    plain = path_of(await published(ben, "shop", "all", fields=["name"], rows={"sort": False}))
    assert _rows_in((await company.nobody.get(plain, params={"sort": "-name", "q": "otto"})).text) != ["Otto"]
    assert 'type="search"' not in (await company.nobody.get(plain)).text


def _rows_in(page: str) -> list[str]:
    return [row.strip() for row in re.findall(r"<tr><td>(.*?)</td>", page)]


async def test_every_kind_of_view_is_drawn_here(company: Company, ben: Caller):
    board = (await company.nobody.get(path_of(await published(ben, "shop", "board", fields=["name"])))).text
    assert board.index("Won") < board.index("Otto") and "Lost Lars" in board and "14" not in board
    gallery = await published(ben, "shop", "papers", fields=["name"])
    assert re.search(r'class="cover" src="/share/[\w-]+/files/f_\w+/thumbnail', (await company.nobody.get(path_of(gallery))).text)
    calendar = path_of(await published(ben, "shop", "days", fields=["name"]))
    november = (await company.nobody.get(calendar, params={"month": "2026-11"})).text
    assert "November 2026" in november and "Otto" in november and "Lars" not in november
    assert "Otto" not in (await company.nobody.get(calendar, params={"month": "2026-12"})).text
    for odd in ("", "2026-13", "x", "0000-00", "２０２６-１１"):
        assert (await company.nobody.get(calendar, params={"month": odd})).status_code == 200
    chart = (await company.nobody.get(path_of(await published(ben, "shop", "sums")))).text
    assert "€14,210.50" in chart and "€99<" in chart and "Otto" not in chart and "<rect" in chart
    assert '"won"' not in chart and ("data-figure" not in chart or '"k0"' in chart), "ids of choices stay inside"
    for about in ("/rows.csv", "/files/f_0"):
        figures = await published(ben, "shop", "sums", rows={"download": True})
        assert (await company.nobody.get(path_of(figures) + about)).status_code == 404, "figures lead to no rows"
    number = (await company.nobody.get(path_of(await published(ben, "shop", "count")))).text
    assert re.search(r'<b class="num">\d+</b> <span class="muted">Number of rows', number)
    timeline = path_of(await published(ben, "shop", "bars", fields=["name", "since", "stage"]))
    drawn = (await company.nobody.get(timeline)).text
    assert 'aria-label="Otto, 3 Nov 2026"' in drawn and "Lars" not in drawn and "€" not in drawn and "Won" in drawn
    assert re.search(r"#b0_0\{left:[\d.]+px;width:", drawn) and " style=" not in drawn
    for odd in ("day", "quarter", "x", "%00"):
        assert (await company.nobody.get(timeline, params={"zoom": odd})).status_code == 200


async def test_a_dashboard_shows_the_tiles_agreed_to_and_of_lists_the_fields(company: Company, ben: Caller):
    seen = (await ben.get("/api/apps/shop/exposure?view=home")).json()
    assert [one["id"] for one in seen["fields"] if one["chosen"]] == [
        "all",
        "worths",
        "stages",
        "best",
        "best/name",
        "best/worth",
    ]
    assert {one["id"]: one["warns"] for one in seen["fields"]}["mails"] == "Says how to reach people."
    told = " ".join(seen["sentences"])
    assert "4 of the 5 tiles of Home" in told and "sum of Worth in Clients, by Stage" in told
    assert "1 of its 2 figures is over one row: such a figure tells that row's own Worth." in told, "Lars is alone in his group"
    assert "Best: up to 2 of" in told and "It tells something of Stage" in told

    share = await published(ben, "shop", "home", rows={"download": True, "search": True})
    path = path_of(share)
    page = (await company.nobody.get(path)).text
    assert "Best" in page and "Otto" in page and "€14,200.50" in page and "By stage" in page
    for hidden in ("By mail", "otto@example.com", "Lars", "pssst", "E-mail", "m_", "won&#34;", '"won"'):
        assert hidden not in page, hidden
    for door in ("/rows.csv", "/files/f_0"):
        assert (await company.nobody.get(path + door)).status_code == 404
    few = path_of(await published(ben, "shop", "home", fields=["worths", "best", "best/name"]))
    page = (await company.nobody.get(few)).text
    assert "Otto" in page and "By stage" not in page and 'id="t-all"' not in page
    for odd in (["nothing"], ["best/notes"], ["best/name"], []):
        asked = await ben.get("/api/apps/shop/exposure", params={"view": "home", "fields": ",".join(odd)})
        assert asked.status_code == 422, odd

    version = (await company.ben.get("/api/apps/shop")).json()
    home = next(one for one in version["spec"]["views"] if one["id"] == "home")
    secret = {"kind": "list", "id": "secret", "name": "Secret", "table": "clients", "fields": ["notes"]}
    tiles = [{**tile, "filter": {"of": []}} if tile["id"] == "best" else tile for tile in home["tiles"]] + [secret]
    step = {"do": "alter", "part": "view", "id": "home", "value": {**home, "tiles": tiles}}
    grown = await company.ben.post(
        "/api/apps/shop/versions", json={"change": {"title": "", "steps": [step]}, "base_version": version["version"]}
    )
    assert grown.status_code == 201, grown.text
    page = (await company.nobody.get(path)).text
    assert "Secret" not in page and "hidden words" not in page and "Lars" not in page, "what was agreed to is what is shown"
    changed = " ".join((await ben.get(f"/api/shares/{share['id']}")).json()["changed"])
    assert "Secret is new on the dashboard, and is not shown." in changed and "Best was changed" in changed
    assert (await ben.delete(f"/api/shares/{share['id']}")).status_code == 204
    assert (await company.nobody.get(path)).status_code == 404


async def test_files_are_opened_by_addresses_of_the_share_and_die_with_it(company: Company, ben: Caller):
    share = await published(ben, "shop", "won", fields=["name", "papers"])
    path = path_of(share)
    page = (await company.nobody.get(path)).text
    file = re.findall(r"/files/(f_\w+)", page)[0]
    saved = await company.nobody.get(f"{path}/files/{file}")
    assert (
        saved.status_code == 200
        and saved.headers["content-disposition"].startswith("attachment")
        and saved.headers["cache-control"] == "no-store"
    )
    small = await company.nobody.get(f"{path}/files/{file}/thumbnail?size=64")
    assert small.headers["content-type"] == "image/webp"
    other = (await company.ben.get(ROWS, params={"search": "Lars"})).json()["rows"][0]["values"]["papers"][0]["id"]
    assert (await company.nobody.get(f"{path}/files/{other}")).status_code == 404, "of a row that the view does not show"
    without = path_of(await published(ben, "shop", "won", fields=["name"]))
    assert (await company.nobody.get(f"{without}/files/{file}")).status_code == 404, "of a field that is not shown"
    assert (await company.nobody.get(f"/api/files/{file}")).status_code == 401

    assert (await ben.delete(f"/api/shares/{share['id']}")).status_code == 204
    for gone in (path, f"{path}/files/{file}", f"{path}/files/{file}/thumbnail", f"{path}/rows.csv"):
        assert (await company.nobody.get(gone)).status_code == 404, gone


async def test_a_download_is_there_only_if_it_was_chosen(company: Company, ben: Caller):
    path = path_of(await published(ben, "shop", "won", fields=["name"]))
    assert (await company.nobody.get(f"{path}/rows.csv")).status_code == 404
    await company.ben.post(ROWS, json={"values": {"name": "=1+1", "stage": "won", "worth": "1.00"}})
    chosen = path_of(await published(ben, "shop", "won", fields=["name"], rows={"download": True, "rows_max": 3}))
    lines = (await company.nobody.get(f"{chosen}/rows.csv")).text.removeprefix("\ufeff").splitlines()
    assert lines == ["Name", "Otto", "Mia <b>", "'=1+1"]


async def test_a_password_is_asked_counted_and_ends_visits_when_it_changes(company: Company, ben: Caller):
    share = await published(ben, "shop", "won", fields=["name"], password="three plain words", title="Prices")
    path = path_of(share)
    locked = await company.nobody.get(path)
    assert locked.status_code == 401 and "Otto" not in locked.text and "Prices" not in locked.text
    assert (await company.nobody.get(f"{path}/files/f_0")).status_code == 401
    entered = await company.nobody.post(f"{path}/password", data={"password": "three plain words"})
    cookie = {"cookie": entered.headers["set-cookie"].split(";")[0]}
    assert "Otto" in (await company.nobody.get(path, headers=cookie)).text
    other = path_of(await published(ben, "shop", "won", fields=["name"], password="three plain words"))
    assert (await company.nobody.get(other, headers=cookie)).status_code == 401, "a visit is of one share"

    assert (await ben.patch(f"/api/shares/{share['id']}", json={"password": "other plain words"})).status_code == 200
    assert (await company.nobody.get(path, headers=cookie)).status_code == 401
    answers = [await company.nobody.post(f"{path}/password", data={"password": f"guess number {n}"}) for n in range(12)]
    assert [a.status_code for a in answers].count(401) <= counting.PASSWORDS_BY_ONE_IN_15_MINUTES_MAX and answers[
        -1
    ].status_code == 429
    async with company.engine.connect() as tx:
        kept = (await tx.execute(text("select password from sayso.shares where id = :id"), {"id": share["id"]})).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "argon2" not in (await ben.get(f"/api/shares/{share['id']}")).text


async def test_only_the_sites_that_were_named_may_frame_it(company: Company, ben: Caller):
    origins = ["https://www.example.com", "HTTPS://Shop.example:443/"]
    share = await published(ben, "shop", "won", fields=["name"], origins=origins)
    policy = (await company.nobody.get(path_of(share))).headers["content-security-policy"]
    assert policy.rpartition("frame-ancestors ")[2] == "https://www.example.com https://shop.example"
    assert share["embed"].startswith("<iframe src=") and "?embed=1" in share["embed"]
    for bad in (
        "*",
        "https://*.example.com",
        "https://a.example/page",
        "javascript:x",
        "https://a.example; script-src *",
        "a.example",
        "https://",
    ):
        asked = await agreeing(ben, "shop", "won", origins=[bad])
        assert (await ben.post("/api/apps/shop/shares", json=asked)).status_code == 422, bad
    assert (await ben.patch(f"/api/shares/{share['id']}", json={"origins": []})).status_code == 200
    assert "frame-ancestors 'none'" in (await company.nobody.get(path_of(share))).headers["content-security-policy"]


async def test_publishing_is_a_persons_act(company: Company, ben: Caller):
    """No token, whoever made it; nobody without the right; and nobody who was shown something else."""
    asked = await agreeing(ben, "shop", "won", fields=["name"])
    for token in (company.ben, company.ana):
        assert problem(await token.post("/api/apps/shop/shares", json=asked))["status"] == 403
    mia, cleo = await in_person(company, company.mia), await in_person(company, company.cleo)
    for person in (mia, cleo):
        assert problem(await person.post("/api/apps/shop/shares", json=asked))["status"] == 403
        assert (await person.get("/api/apps/shop/exposure?view=won")).status_code == 403
    zoe = await in_person(company, company.zoe)
    assert problem(await zoe.post("/api/apps/shop/shares", json=asked))["status"] == 404
    assert problem(await ben.post("/api/apps/shop/shares", json={**asked, "fields": ["name", "notes"]}))["status"] == 409
    share = await published(ben, "shop", "won", fields=["name"])
    for change in ({"name": "X"}, {"password": ""}, {"fields": ["notes"], "fingerprint": asked["fingerprint"]}):
        assert problem(await company.ben.patch(f"/api/shares/{share['id']}", json=change))["status"] == 403
    assert problem(await ben.patch(f"/api/shares/{share['id']}", json={"fields": ["name", "notes"]}))["status"] == 409


async def test_what_is_agreed_to_stays_what_is_shown_however_the_app_changes(company: Company, ben: Caller):
    share = await published(ben, "shop", "all", fields=["name", "double"], rows={"search": True})
    path = path_of(share)
    assert "28,401" in (await company.nobody.get(path)).text

    async def change(*steps: dict[str, Any]) -> None:
        version = (await company.ben.get("/api/apps/shop")).json()["version"]
        made = await company.ben.post(
            "/api/apps/shop/versions", json={"change": {"title": "", "steps": list(steps)}, "base_version": version}
        )
        assert made.status_code == 201, made.text

    phone = {"do": "add", "part": "field", "table": "clients", "value": {"kind": "phone", "id": "phone", "name": "Direct line"}}
    await change(phone)
    await company.ben.post(ROWS, json={"values": {"name": "Nora", "phone": "+49 40 1234"}})
    page = (await company.nobody.get(path)).text
    assert "Nora" in page and "1234" not in page and "Direct line" not in page
    told = (await company.ben.get("/api/notifications")).json()["items"][0]
    assert told["kind"] == "share" and "Direct line is new in Clients, and is not shown." in told["text"]
    assert (await ben.get(f"/api/shares/{share['id']}")).json()["changed"] == ["Direct line is new in Clients, and is not shown."]

    bent = {"kind": "formula", "id": "double", "name": "Double", "formula": "{Phone}"}
    await change(
        {"do": "rename", "part": "field", "table": "clients", "id": "phone", "name": "Phone"},
        {"do": "alter", "part": "field", "table": "clients", "id": "double", "value": bent},
    )
    page = (await company.nobody.get(path)).text
    assert "Nora" in page and "1234" not in page and "Double" not in page
    await change({"do": "rename", "part": "field", "table": "clients", "id": "name", "name": "Full name"})
    assert "Nora" in (await company.nobody.get(path)).text, "a new name shows nothing new"

    again = await agreeing(ben, "shop", "all", fields=["name", "phone"])
    renewed = await ben.patch(f"/api/shares/{share['id']}", json={"fields": again["fields"], "fingerprint": again["fingerprint"]})
    assert renewed.status_code == 200, renewed.text
    assert "1234" in (await company.nobody.get(path)).text and renewed.json()["changed"] == []


async def test_a_share_ends_with_the_rights_of_whoever_made_it(company: Company, ben: Caller):
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set role = 'builder' where id = :m"), {"m": company.mia.actor.member})
    mia = await in_person(company, company.mia)
    share = await published(mia, "shop", "won", fields=["name"])
    assert "Otto" in (await company.nobody.get(path_of(share))).text
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set role = 'member' where id = :m"), {"m": company.mia.actor.member})
    assert (await company.nobody.get(path_of(share))).status_code == 404
    async with transaction(company.engine) as tx:
        assert await sweep.sweep(tx) == 1 and await sweep.sweep(tx) == 0
    seen = (await ben.get(f"/api/shares/{share['id']}")).json()
    assert seen["state"] == "stopped" and "may not share any more" in seen["why"]
    told = (await company.ana.get("/api/notifications")).json()["items"][0]
    assert told["kind"] == "share" and "is not public any more" in told["title"]
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set role = 'builder' where id = :m"), {"m": company.mia.actor.member})
    assert (await company.nobody.get(path_of(share))).status_code == 404, "what stopped stays so until somebody agrees"
    assert problem(await ben.patch(f"/api/shares/{share['id']}", json={"name": "Mine"}))["status"] == 409
    asked = await agreeing(ben, "shop", "won", fields=["name"])
    taken = await ben.patch(
        f"/api/shares/{share['id']}", json={"agree": True, "fields": ["name"], "fingerprint": asked["fingerprint"]}
    )
    assert taken.json()["state"] == "open" and taken.json()["created_by"]["name"] == company.ben.actor.name
    assert "Otto" in (await company.nobody.get(path_of(share))).text


async def test_what_is_hidden_from_its_maker_is_never_published(company: Company, ben: Caller):
    """Neither on the screen, nor by asking for it, nor after it was hidden from them."""
    crew = {
        "id": "crew",
        "name": "Crew",
        "rest": "see",
        "rights": [{"table": "clients", "may": "edit", "hidden": ["worth", "email"]}],
    }
    spec = {**SHOP, "id": "narrow", "roles": [crew], "views": SHOP["views"][:2]}
    assert (await company.ana.post("/api/apps", json={"spec": spec})).status_code == 201
    values = {"name": "Otto", "worth": "14200.50", "stage": "won", "email": "otto@example.com"}
    await company.ana.post("/api/apps/narrow/tables/clients/rows", json={"values": values})
    early = path_of(await published(ben, "narrow", "all", fields=["name", "worth", "double"]))
    sorted_by_it = path_of(await published(ben, "narrow", "won", fields=["name"]))
    assert "14,200.50" in (await company.nobody.get(early)).text and "Otto" in (await company.nobody.get(sorted_by_it)).text

    grants = [{"kind": "member", "id": company.ben.actor.member, "role": "crew"}]
    assert (await company.ana.put("/api/apps/narrow/access", json={"grants": grants})).status_code == 200
    page = (await company.nobody.get(early)).text
    assert "Otto" in page and "14,200" not in page and "28,401" not in page, "what stands on it is gone as well"
    assert (await company.nobody.get(sorted_by_it)).status_code == 404, "an order by what is hidden tells of it"
    seen = await ben.get("/api/apps/narrow/exposure?view=all")
    assert (
        {"name", "stage"} <= {one["id"] for one in seen.json()["fields"]}
        and "worth" not in seen.text
        and "Double" not in seen.text
    )
    for field in ("worth", "double", "email"):
        assert (await ben.get(f"/api/apps/narrow/exposure?view=all&fields=name,{field}")).status_code == 422
    theirs = await published(await in_person(company, company.ana), "narrow", "all", fields=["name", "worth"])
    listed = next(one for one in (await ben.get("/api/apps/narrow/shares")).json()["items"] if one["id"] == theirs["id"])
    assert [one["name"] for one in listed["fields"]] == ["Name"]
    assert (listed["url"], listed["embed"], listed["may"]["change"]) == ("", None, False), "its address shows what is hidden"
    for change in ({"password": ""}, {"expires_at": None}, {"name": "Ours"}):
        assert (await ben.patch(f"/api/shares/{theirs['id']}", json=change)).status_code == 403


async def test_a_link_is_no_key_to_any_other_door(company: Company, ben: Caller):
    """T15: with a link's token, in every place where one could be shown, only what stands on its list answers."""
    share = await published(ben, "shop", "won", fields=["name"])
    token = path_of(share).rpartition("/")[2]
    ways = [
        {"authorization": f"Bearer {token}"},
        {"cookie": f"sayso_session={token}; sayso_visit={token}", "sec-fetch-site": "same-origin"},
    ]
    for address in API:
        path = re.sub(r"\{[^}]+\}", share["id"], address.path)
        for headers in ways:
            answer = await company.nobody.request(address.verb, path, headers=headers, json={})
            assert answer.status_code == 401, (address, answer.status_code)
    opened = set()
    for page in PUBLIC:
        if "{token}" not in page.path and "{token:path}" not in page.path:
            continue
        path = re.sub(r"\{token(:path)?\}", token, page.path).replace("{file}", "f_0")
        answer = await company.nobody.request(page.verb, path)
        if answer.status_code < 400 and "Otto" in answer.text:
            opened.add(f"{page.verb} {page.path}")
    assert opened == {"GET /share/{token}"}


async def test_everything_can_be_stopped_at_once_by_who_runs_the_workspace(company: Company, ben: Caller):
    share = await published(ben, "shop", "won", fields=["name"])
    assert (
        share["id"] in (await company.ben.get("/api/shares")).text
        and share["id"] not in (await company.zoe.get("/api/shares")).text
    )
    assert (await company.cleo.get("/api/shares")).status_code == 403
    for who in (company.ben, company.mia, company.zoe):
        await who.delete("/api/shares")
    assert (await company.nobody.get(path_of(share))).status_code == 200
    assert (await company.ana.delete("/api/shares")).json()["stopped"] >= 1
    assert (await company.nobody.get(path_of(share))).status_code == 404
    assert (await company.ben.get("/api/shares")).json()["items"] == []
    kinds = [one["kind"] for one in (await company.ana.get("/api/audit")).json()["items"]]
    assert {"share.published", "share.stopped_all"} <= set(kinds)
