"""Every block of the guide to spec files does what the guide says."""

import json
import re
from pathlib import Path

import pytest

from sayso.spec.app import app_from
from sayso.spec.change import Change, apply, completed, completed_app, inverse
from sayso.spec.check import check, check_change

GUIDE = (Path(__file__).resolve().parents[2] / "docs/guides/spec.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.M | re.S)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_spec_is_valid(text: str):
    assert check(completed_app(app_from(text))) == ()


def test_the_short_spec_and_the_long_one_are_the_same():
    short, long = blocks("yaml")[:2]
    assert app_from(short) == app_from(long)


@pytest.mark.parametrize("text", blocks("json"))
def test_every_change_can_be_made_and_taken_back(text: str):
    app = completed_app(app_from(blocks("yaml")[0]))
    change = completed(app, Change.model_validate(json.loads(text)))
    assert check_change(app, change) == ()
    assert apply(apply(app, change), inverse(app, change)) == app


@pytest.mark.parametrize("source", blocks("python"))
def test_every_program_runs(source: str):
    exec(compile(source, "docs/guides/spec.md", "exec"), {})


def test_there_are_blocks_to_try():
    assert (len(blocks("yaml")), len(blocks("json")), len(blocks("python"))) == (5, 1, 2)
