"""Slots over the API."""

import time

from tests.web.conftest import Company
from tests.web.crm import CRM

SPEC = {
    **CRM,
    "tables": [
        {
            **table,
            "fields": [
                *table["fields"],
                {"kind": "ai", "id": "gist", "name": "Gist", "task": "summarise", "prompt": "Sum up {Notes}"},
            ],
        }
        if table["id"] == "clients"
        else table
        for table in CRM["tables"]
    ],
}


async def test_a_slot_is_looked_at_previewed_switched_and_tried(company: Company):
    ben = company.ben
    app = (await ben.post("/api/apps", json={"spec": {**SPEC, "id": "slotted"}})).json()["id"]
    slots = {s["id"]: s for s in (await ben.get(f"/api/apps/{app}/slots")).json()["items"]}
    assert set(slots) == {"text", "vision", "image", "embedding"}
    assert slots["text"]["plug"]["answers"] == "sayso/reader" and slots["text"]["plug"]["where"] == "built_in"
    assert [use["sentence"] for use in slots["text"]["uses"]] == ["summarises into Gist in Clients"]

    preview = (await ben.get(f"/api/apps/{app}/slots/text/preview", params={"model": "sayso/canvas"})).json()
    assert preview["refusals"] == ["Gist asks for text; sayso/canvas does not make any."]
    began = time.perf_counter()
    switched = await ben.put(f"/api/apps/{app}/slots/text", json={"model": "sayso/reader", "base_version": 1})
    assert switched.status_code == 200 and switched.json()["version"] == 2, switched.text
    assert switched.json()["plug"]["where"] == "app"
    assert time.perf_counter() - began < 2
    assert (await ben.put(f"/api/apps/{app}/slots/text", json={"model": "sayso/canvas", "base_version": 1})).status_code == 409
    assert (await ben.put(f"/api/apps/{app}/slots/text", json={"model": "nobody/none"})).status_code == 422
    assert (await company.mia.put(f"/api/apps/{app}/slots/text", json={"model": None})).status_code == 403

    made = await ben.post(
        f"/api/apps/{app}/tables/clients/rows",
        json={"values": {"name": "Otto", "notes": "The lamp arrived broken. He wants his money back by Friday."}},
    )
    row = made.json()["rows"][0]["id"]
    tried = await ben.post(f"/api/apps/{app}/tables/clients/fields/gist/try", json={"row": row})
    assert tried.status_code == 200, tried.text
    assert tried.json()["state"] == "written" and "broken" in tried.json()["value"], tried.text
    assert tried.json()["model"] == "sayso/reader" and tried.json()["cost"] == "0"
    fresh = {"kind": "text", "id": "mood", "name": "Mood", "fill": {"prompt": "The mood of {Nothing}"}}
    refused = await ben.post(f"/api/apps/{app}/tables/clients/fields/mood/try", json={"row": row, "field": fresh})
    assert refused.status_code == 422 and "{Nothing}" in refused.text, refused.text
    asked = await ben.post(f"/api/apps/{app}/tables/clients/questions", json={"question": "How many clients?"})
    assert asked.status_code == 200 and asked.json()["value"] == 1 and asked.json()["read_by"] == "words", asked.text
    shown = (await ben.get(f"/api/apps/{app}/tables/clients/rows/{row}")).json()
    assert shown["values"]["gist"] is None, "trying writes nothing"


async def test_the_workspaces_slots_are_the_owners(company: Company):
    ana = company.ana
    assert [s["id"] for s in (await company.ben.get("/api/slots")).json()["items"]] == ["text", "vision", "image", "embedding"]
    assert (await company.ben.put("/api/slots/text", json={"model": "sayso/reader"})).status_code == 403
    assert (await ana.put("/api/slots/text", json={"model": "sayso/reader"})).json()["plug"]["answers"] == "sayso/reader"
    assert (await ana.put("/api/slots/text", json={"model": None})).status_code == 200
    assert (await ana.get("/api/slots/heart/preview")).status_code == 404
