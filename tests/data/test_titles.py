"""What rows are called, whoever is asked about them."""

import pytest

from sayso.data import rows
from sayso.data.titles import titles
from sayso.errors import NotFound
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


async def test_rows_are_called_by_their_title_also_from_the_trash(tx, northlight: Northlight):
    crm = await built(tx, CRM, northlight.mia)
    await rows.create_many(tx, crm, "clients", [{"name": "Otto"}, {"name": "Brandt & Söhne"}], by=northlight.mia)
    await rows.trash(tx, crm, "clients", [2], by=northlight.mia)
    assert await titles(tx, crm, "clients", [1, 2, 99]) == {1: "Otto", 2: "Brandt & Söhne"}
    with pytest.raises(NotFound):
        await titles(tx, crm, "invoices", [1])
