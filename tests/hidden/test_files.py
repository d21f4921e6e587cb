"""A file is for whoever sees a row and a field that hold it."""

from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.hidden.conftest import Vault
from tests.isolation.worlds import made


async def uploaded(caller: httpx.AsyncClient) -> str:
    picture = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(picture, "PNG")
    return made(await caller.post("/api/files", files={"file": ("picture.png", picture.getvalue(), "image/png")}))["id"]


@pytest.mark.parametrize("address", ["/api/files/{}", "/api/files/{}/thumbnail"])
async def test_a_file_in_a_hidden_field_or_row_is_not_there(vault: Vault, address: str):
    file = await uploaded(vault.ben)
    for other in (vault.tess, vault.world.callers["viewer"]):
        assert (await other.get(address.format(file))).status_code == 404, "no row was ever given it: it is his who brought it"
    for own in (vault.ben, vault.world.owner):
        assert (await own.get(address.format(file))).status_code == 200
    made(await vault.ben.patch(f"{vault.table}/rows/{vault.row}", json={"values": {"papers": [file]}}))
    refused = await vault.tess.get(address.format(file))
    assert refused.status_code == 404 and "picture" not in refused.text
    assert (await vault.ben.get(address.format(file))).status_code == 200
    assert (await vault.world.callers["viewer"].get(address.format(file))).status_code == 200


async def test_naming_a_file_is_no_way_to_it(vault: Vault):
    """A row of one's own, given the id of a file that one does not see."""
    change = {"do": "add", "part": "field", "table": "achests", "value": {"kind": "file", "id": "scans", "name": "Scans"}}
    version = (await vault.ben.get("/api/apps/avault")).json()["version"]
    new = {"change": {"title": "", "steps": [change]}, "base_version": version}
    made(await vault.ben.post("/api/apps/avault/versions", json=new))
    row = f"{vault.table}/rows/{vault.row}"
    told = await vault.tess.patch(row, json={"values": {"scans": [vault.file]}})
    assert told.status_code == 422 and "Halifax" not in told.text
    own = await uploaded(vault.tess)
    made(await vault.tess.patch(row, json={"values": {"scans": [own]}}))
    given = await uploaded(vault.ben)
    made(await vault.ben.patch(row, json={"values": {"scans": [own, given]}}))
    assert (await vault.tess.get(f"/api/files/{given}")).status_code == 200
    made(await vault.ben.patch(row, json={"values": {"scans": [own]}}))
    assert (await vault.tess.get(f"/api/files/{given}")).status_code == 404, "it was taken away again"
    made(await vault.ben.patch(f"{vault.table}/rows/{vault.other}", json={"values": {"scans": [given]}}))
    assert (await vault.tess.get(f"/api/files/{given}")).status_code == 404, "a row that she does not see holds it"
