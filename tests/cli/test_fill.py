"""A field is filled by the command line, with the model that needs no key, beside no server."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.sayso import sayso

from sayso.cli import fill
from sayso.data import apps, rows
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import Invalid
from sayso.settings import Settings
from sayso.team import people

REPAIRS = """
id: repairs
name: Repairs
tables:
- id: jobs
  name: Jobs
  fields:
  - {id: name, name: Name, kind: text}
  - {id: said, name: Said, kind: long_text}
  - {id: mail, name: Mail, kind: email, fill: {task: extract, prompt: "The e-mail address in {Said}"}}
"""
SAID = ("Write to otto@brandt.example about the pump.", "Reach me at rosa@quist.example, please.")


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    file = tmp_path_factory.mktemp("apps") / "repairs.yaml"
    file.write_text(REPAIRS)
    async with opened(Settings(folder / "home")) as engine:
        assert (await sayso("apply", str(file), "--yes", "--home", str(folder / "home"))).code == 0
        async with transaction(engine) as tx:
            owner = await people.first_owner(tx)
            app = await apps.open_app(tx, "repairs", by=owner, to="write")
            await rows.create_many(tx, app, "jobs", [{"name": f"J{n}", "said": said} for n, said in enumerate(SAID)], by=owner)
        yield str(folder / "home")
    shutil.rmtree(folder)


async def test_first_what_it_costs_then_the_field_is_filled_and_listed(home: str):
    dry = await sayso("fill", "repairs", "Jobs", "Mail", "--dry", "--home", home, "--json")
    assert (dry.code, dry.json["rows"], dry.json["cost"], dry.json["problem"]) == (0, 2, "0.00", ""), dry
    done = await sayso("fill", "repairs", "jobs", "mail", "--home", home, "--json")
    assert (done.code, done.json["state"], done.json["written"]) == (0, "done", 2), done
    listed = (await sayso("fill", "list", "repairs", "--home", home, "--json")).json["items"]
    assert [(one["state"], one["by_name"]) for one in listed] == [("done", "Owner")]
    async with opened(Settings(Path(home))) as engine, transaction(engine) as tx:
        app = await apps.open_app(tx, "repairs", by=await people.first_owner(tx))
        there = [await rows.read(tx, app, "jobs", id) for id in (1, 2)]
    assert [row["values"]["mail"] for row in there] == ["otto@brandt.example", "rosa@quist.example"]
    assert there[0]["ai"]["mail"]["model"] == "sayso/reader"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"rows": "x"}, "names rows by their numbers"), ({"rows": ","}, "names rows"), ({"budget": "much"}, "is an amount in dollars"), ({"budget": "-1"}, "is an amount")],
)  # fmt: skip
def test_what_makes_no_sense_is_told(given: dict[str, str], said: str):
    with pytest.raises(Invalid, match=said):
        fill.dollars(given["budget"]) if "budget" in given else fill.row_ids(given["rows"])
