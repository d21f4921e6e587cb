"""Apps by the command line: planned, applied from a file, listed, exported, read."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from tests.sayso import Up, sayso, up

from sayso.data import apps, rows
from sayso.db import transaction
from sayso.db.installation import opened
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
  - {id: cost, name: Cost, kind: text}
  - {id: status, name: Status, kind: select, options: [{id: new, name: New}, {id: done, name: Done}]}
coworkers:
- {id: mina, name: Mina, grants: [{table: jobs, may: write}]}
"""


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    async with up(folder / "home") as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def home(server: Up) -> str:
    return server.said["home"]


@pytest.fixture(scope="module")
async def repairs(home: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an app that was applied, and has three rows."""
    file = tmp_path_factory.mktemp("apps") / "repairs.yaml"
    file.write_text(REPAIRS)
    made = await sayso("apply", str(file), "--yes", "--home", home, "--json")
    assert (made.code, made.json["applied"], made.json["version"]) == (0, True, 1), made
    many = [{"name": name, "cost": cost} for name, cost in (("Pump", "12"), ("Boiler", "a lot"), ("Roof", "300"))]
    async with opened(Settings(Path(home))) as engine, transaction(engine) as tx:
        owner = await people.first_owner(tx)
        await rows.create_many(tx, await apps.open_app(tx, "repairs", by=owner, to="write"), "jobs", many, by=owner)
    return file


async def test_an_app_is_listed_with_its_address_at_the_running_server(server: Up, home: str, repairs: Path):
    listed = (await sayso("apps", "--home", home, "--json")).json["items"]
    found = next(app for app in listed if app["id"] == "repairs")
    assert (found["tables"], found["rows"], found["address"]) == (1, 3, f"{server.url}/a/repairs")
    assert "Repairs  (1 tables, 3 rows" in (await sayso("apps", "--home", home)).out


async def test_apply_shows_the_plan_with_what_would_be_lost_and_waits_for_yes(home: str, repairs: Path, tmp_path: Path):
    spec = yaml.safe_load(repairs.read_text())
    spec["tables"][0]["fields"][1] = {"id": "cost", "name": "Cost", "kind": "number"}
    changed = tmp_path / "changed.yaml"
    changed.write_text(yaml.safe_dump(spec))
    shown = await sayso("apply", str(changed), "--home", home)
    assert "1 of 3 values" in shown.out
    assert "Nothing was changed" in shown.out
    assert (await sayso("apply", str(changed), "--home", home, "--json")).json["applied"] is False
    done = await sayso("apply", str(changed), "--home", home, "--yes", "--json")
    assert (done.json["applied"], done.json["version"]) == (True, 2)
    found = (await sayso("rows", "repairs", "Jobs", "--home", home, "--json")).json["rows"]
    assert [row["values"]["cost"] for row in found] == [12, None, 300]
    again = await sayso("apply", str(changed), "--home", home, "--yes", "--json")
    assert (again.json["effects"], again.json["applied"]) == ([], False)
    back = await sayso("apply", str(repairs), "--home", home, "--yes", "--json")
    assert back.json["version"] == 3


async def test_an_app_is_copied_worked_on_and_taken_over(home: str, repairs: Path, tmp_path: Path):
    made = await sayso("apps", "copy", "repairs", "--to-work-on", "--home", home, "--json")
    assert (made.code, made.json["rows"]) == (0, 3), made
    out = tmp_path / "copy.yaml"
    spec = (await sayso("export", made.json["id"], "--home", home, "--json")).json
    out.write_text(json.dumps(spec | {"description": "From the copy"}))
    assert (await sayso("apply", str(out), "--yes", "--home", home)).code == 0
    done = await sayso("apps", "promote", "repairs", "--home", home, "--json")
    assert done.code == 0 and len(done.json["effects"]) == 1, done
    assert (await sayso("export", "repairs", "--home", home, "--json")).json["description"] == "From the copy"
    assert (await sayso("apps", "promote", "repairs", "--home", home)).code == 3  # the copy is gone

    acts = (await sayso("activity", "--app", "repairs", "--kind", "app", "--limit", "1", "--home", home, "--json")).json["items"]
    assert acts[0]["sentence"].startswith("changed how it is built")
    assert (await sayso("workspaces", "create", "Branch", "--home", home)).code == 0
    assert (await sayso("apps", "duplicate", "repairs", "--name", "Leaving", "--home", home)).code == 0
    told = await sayso("apps", "move", "leaving", "Branch", "--dry", "--home", home)
    assert told.code == 0 and "3 rows" in told.out and "comments, history and versions go along" in told.out, told
    moved = await sayso("apps", "move", "leaving", "Branch", "--home", home, "--json")
    assert (moved.code, moved.json["rows"]) == (0, 3), moved
    there = (await sayso("apps", "list", "--workspace", "Branch", "--home", home, "--json")).json["items"]
    assert [(app["name"], app["rows"]) for app in there] == [("Leaving", 3)]
    assert (await sayso("apps", "move", "repairs", "Nowhere", "--home", home)).code == 3


async def test_what_is_exported_can_be_applied_elsewhere(home: str, repairs: Path, tmp_path: Path):
    out = tmp_path / "out.yaml"
    assert (await sayso("export", "repairs", "--out", str(out), "--home", home)).code == 0
    text = await sayso("export", "repairs", "--home", home)
    assert text.out == out.read_text()
    spec = (await sayso("export", "repairs", "--home", home, "--json")).json
    assert spec == yaml.safe_load(text.out)
    out.write_text(json.dumps(spec | {"id": "copy", "name": "Copy"}))
    copied = await sayso("apply", str(out), "--yes", "--home", home, "--json")
    assert (copied.json["app"], copied.json["version"]) == ("copy", 1)


async def test_rows_are_searched_filtered_and_sorted(home: str, repairs: Path):
    asked = ["rows", "repairs", "jobs", "--home", home, "--json"]
    assert [r["values"]["name"] for r in (await sayso(*asked, "--search", "oof")).json["rows"]] == ["Roof"]
    only = '{"of": [{"field": "name", "op": "is", "value": "Pump"}]}'
    assert (await sayso(*asked, "--filter", only)).json["total"] == 1
    sorts = '[{"field": "name", "descending": true}]'
    assert [r["values"]["name"] for r in (await sayso(*asked, "--sorts", sorts, "--limit", "2")).json["rows"]] == ["Roof", "Pump"]
    assert "1 to 3 of 3" in (await sayso("rows", "repairs", "Jobs", "--home", home)).out


async def test_a_coworker_is_listed_and_asked(home: str, repairs: Path):
    listed = (await sayso("coworkers", "repairs", "--home", home, "--json")).json["items"]
    assert [(c["key"], c["ready"], c["tables"][0]["may"]) for c in listed] == [("repairs.mina", False, "write")]
    answer = await sayso("chat", "mina", "Which boiler is new?", "--app", "repairs", "--home", home)
    assert answer.code == 0, answer.err
    assert "**Boiler** in Jobs" in answer.out and "[1] Boiler" in answer.out and "No language model is connected" in answer.out
    assert (await sayso("chat", "repairs.nobody", "x", "--home", home)).code == 3


async def test_a_table_is_asked_in_plain_words(home: str, repairs: Path):
    asked = (await sayso("ask", "repairs", "How many jobs with glitter?", "--home", home, "--json")).json
    assert (asked["value"], asked["total"], asked["read_by"], asked["not_understood"]) == (3, 3, "words", ["glitter"])
    assert asked["sentence"] == "3 rows of Jobs."


async def test_slots_are_shown_previewed_and_switched(home: str, repairs: Path):
    seen = (await sayso("slots", "switch", "repairs", "text", "sayso/reader", "--preview", "--home", home, "--json")).json
    assert (seen["switched"], seen["now"]["where"], seen["then"]["answers"]) == (False, "built_in", "sayso/reader")
    assert (await sayso("slots", "switch", "repairs", "text", "sayso/reader", "--home", home, "--json")).json["switched"] is True
    shown = (await sayso("slots", "repairs", "--home", home, "--json")).json["slots"]
    assert (shown[0]["slot"], shown[0]["where"]) == ("text", "app")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["rows", "repairs", "nothing"], 3, "no table 'nothing'"),
        (["rows", "nothing", "jobs"], 3, "no app 'nothing'"),
        (["rows", "repairs", "jobs", "--filter", "{"], 2, "filter"),
        (["export", "nothing"], 3, "no app"),
        (["apply", "/nowhere.yaml"], 2, "cannot be read"),
        (["apply", "-"], 2, "name"),
        (["plan"], 2, "WISH"),
        (["plan", "--cases", "/nowhere"], 2, "--out"),
        (["plan", "x", "--app", "nothing"], 3, "no app"),
        (["apps", "--home", "/dev/null/home"], 6, "Choose another folder"),
    ],
)
async def test_what_is_wrong_is_told_in_one_line(home: str, repairs: Path, args: list[str], code: int, says: str):
    told = await sayso(*args[:1], "--home", home, *args[1:])
    assert told.code == code, told
    assert says in told.err
    assert told.err.startswith("sayso: ")
    assert "Traceback" not in told.err


@pytest.mark.parametrize("text", ["a: [", "- 1", "name: {}", "id: x\nname: X\ntables: 7", "&a [*a]", "\x00", "[" * 5000])
async def test_a_file_that_is_no_app_is_refused_with_the_place(home: str, tmp_path: Path, text: str):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    told = await sayso("apply", str(file), "--home", home, "--yes", "--json")
    assert (told.code, told.json["error"]) == (2, "invalid"), told
    assert told.json["problems"]


async def test_a_wish_is_planned_without_a_home(tmp_path: Path):
    planned = await sayso("plan", "Keep track of clients with name, email and phone", "--home", str(tmp_path / "none"), "--json")
    assert (planned.code, planned.json["outcome"]) == (0, "plan")
    assert planned.json["spec"]["tables"]
    assert not (tmp_path / "none").exists()


async def test_cases_are_planned_into_a_file(tmp_path: Path):
    cases, out = tmp_path / "cases.jsonl", tmp_path / "out.jsonl"
    cases.write_text('{"id": "one", "prompt": "A list of suppliers with name and phone"}\n{"id": "two", "prompt": ""}\n')
    done = await sayso("plan", "--cases", str(cases), "--out", str(out), "--json")
    assert done.json["cases"] == 2
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["one", "two"]


async def test_a_spreadsheet_becomes_an_app_a_table_or_more_rows(home: str, repairs: Path, tmp_path: Path):
    file = tmp_path / "old_tools.csv"
    file.write_text("Tool,Bought,Price\nDrill,2024-03-01,129.90\nSaw,2025-11-20,45\nLadder,,80\n")
    made = (await sayso("import", str(file), "--home", home, "--json")).json
    assert (made["app"], made["tables"], made["rows"], made["refused"]) == ("old_tools", ["Old tools"], 3, 0)
    assert (await sayso("rows", "old_tools", "Old tools", "--home", home, "--json")).json["total"] == 3
    added = (await sayso("import", str(file), "--app", "repairs", "--home", home, "--json")).json
    assert (added["app"], added["tables"]) == ("repairs", ["Jobs", "Old tools"])
    more = (await sayso("import", str(file), "--app", "repairs", "--table", "Old tools", "--home", home, "--json")).json
    assert more["rows"] == 3
    assert (await sayso("rows", "repairs", "Old tools", "--home", home, "--json")).json["total"] == 6
    copy = (await sayso("import", str(repairs), "--home", home, "--json")).json
    assert copy["app"] == "repairs_2"


@pytest.mark.parametrize(("name", "content"), [("empty.csv", b""), ("nul.xlsx", b"PK\x03\x04 broken"), ("gone.csv", None)])
async def test_a_file_that_cannot_be_read_is_told(home: str, tmp_path: Path, name: str, content: bytes | None):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    told = await sayso("import", str(tmp_path / name), "--home", home, "--json")
    assert (told.code, told.json["error"]) == (2, "invalid"), told
