"""Finding things everywhere."""

from tests.web.conftest import Company
from tests.web.crm import CLIENTS, CRM


async def test_apps_tables_views_and_rows_are_found_by_name(company: Company):
    assert (await company.ben.post("/api/apps", json={"spec": CRM})).status_code == 201
    await company.mia.post(f"{CLIENTS}/rows", json={"values": {"name": "Otto Brandt"}})

    async def kinds(words: str) -> list[tuple[str, str]]:
        return [(h["kind"], h["name"]) for h in (await company.cleo.get("/api/search", params={"q": words})).json()["items"]]

    assert await kinds("crm") == [("app", "CRM")]
    assert await kinds("clients") == [("view", "All clients"), ("table", "Clients")]
    assert await kinds("BRANDT otto") == [] or ("row", "Otto Brandt") in await kinds("otto brandt")
    assert await kinds("otto") == [("row", "Otto Brandt")]
    assert await kinds("  ") == []
    assert (await company.zoe.get("/api/search", params={"q": "otto"})).json()["items"] == []
