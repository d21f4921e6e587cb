"""A trial by the command line, with nothing but the built-in models."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sayso import sayso

from sayso.cli.trial import path_of
from sayso.data import apps
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import Invalid
from sayso.settings import Settings
from sayso.spec.app import app_from
from sayso.team import people

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
    cases = tmp_path / "cases.jsonl"
    cases.write_text("".join(json.dumps({"inputs": {"Letter": text}, "expected": topic}) + "\n" for text, topic in CASES))
    async with opened(Settings(Path(home))) as engine:
        async with transaction(engine) as tx:
            await apps.create(tx, app_from(APP), by=await people.first_owner(tx))
        run = ["trial", "run", "desk", "Topic", "--prompt", "Billing or delivery? {Letter}", "--home", home, "--json"]
        told = (await sayso(*run, "--file", str(cases), "--check", "rules", "--check", "exact")).json
        assert (told["state"], told["answered"], told["app"]) == ("done", 4, "desk")
        assert [one["name"] for one in told["contenders"]] == ["Built-in rules", "Built-in rules, other prompt"]
        assert told["contenders"][0]["quality"]["by"] == "checks" and told["contenders"][0]["cost"] == "0"
        kept = (await sayso("trial", "promote", told["id"], "c1", "--home", home, "--json")).json
        assert kept["applied"] and kept["version"] == 2 and len(kept["effects"]) == 1


async def test_a_part_that_is_none_is_told_by_those_that_are():
    with pytest.raises(Invalid, match="tables/tickets/fields/topic"):
        path_of(app_from(APP), "Nothing")
    assert (
        path_of(app_from(APP), "topic") == path_of(app_from(APP), "tables/tickets/fields/topic") == "tables/tickets/fields/topic"
    )
    assert (path_of(app_from(APP), "whole"), path_of(None, "builder")) == ("", "builder")
