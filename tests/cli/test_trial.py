"""A trial by the command line, with nothing but the built-in models."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sayso import sayso

from sayso.db.installation import opened
from sayso.settings import Settings

APP = """
id: desk
name: Desk
tables:
- id: tickets
  name: Tickets
  fields:
  - {id: letter, name: Letter, kind: long_text}
  - {id: topic, name: Topic, kind: select, options: [{id: billing, name: Billing}, {id: delivery, name: Delivery}],
     fill: {task: classify, prompt: "What is {Letter} about?"}}
"""
CASES = (("The invoice is wrong, you charged me twice", "billing"), ("My parcel was not delivered", "delivery"))


@pytest.fixture
def home() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield str(folder / "home")
    shutil.rmtree(folder)


async def test_a_prompt_is_tried_and_kept_without_any_key(home: str, tmp_path: Path):
    app, cases = tmp_path / "desk.yaml", tmp_path / "cases.jsonl"
    app.write_text(APP)
    cases.write_text("".join(json.dumps({"inputs": {"Letter": text}, "expected": topic}) + "\n" for text, topic in CASES))
    async with opened(Settings(Path(home))):  # so that PostgreSQL is started once
        assert (await sayso("apply", str(app), "--yes", "--home", home)).code == 0
        run = ["trial", "run", "desk", "Topic", "--prompt", "Billing or delivery? {Letter}", "--home", home, "--json"]
        told = (await sayso(*run, "--file", str(cases), "--check", "rules", "--check", "exact")).json
        assert (told["state"], told["answered"], told["app"]) == ("done", 4, "desk")
        assert [one["name"] for one in told["contenders"]] == ["Built-in rules", "Built-in rules, other prompt"]
        assert told["contenders"][0]["quality"]["by"] == "checks" and told["contenders"][0]["cost"] == "0"
        kept = (await sayso("trial", "promote", told["id"], "c1", "--home", home, "--json")).json
        assert kept["applied"] and kept["version"] == 2 and len(kept["effects"]) == 1
        nothing = await sayso("trial", "run", "desk", "Nothing", "--models", "sayso/reader", "--home", home)
        assert nothing.code == 2 and "tables/tickets/fields/topic" in nothing.err
