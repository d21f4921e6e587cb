"""`sayso models`: the directory on the command line, without a network and without a database."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from sayso.cli import main


def sayso(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["models", *words, "--home", str(home)])


def test_a_search_lists_what_it_finds(tmp_path: Path):
    answer = sayso(tmp_path, "list", "gpt image", "--sort", "image", "--limit", "3")
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert lines[0].startswith("gpt-image-2.5-flare ")
    assert "$5 in, $30 out, $0.00474 an image · Current" in lines[0]
    assert lines[-1].startswith("… and ")
    assert sayso(tmp_path, "list", "zzzzzz").output == "No model is like that.\n"


def test_one_model_is_shown_by_any_of_its_names(tmp_path: Path):
    answer = sayso(tmp_path, "show", "openai/O4 mini")
    assert "OpenAI shut o4-mini down on 23 October 2026; it no longer answers." in answer.output
    assert "$1.1 per million tokens  two sources agree" in answer.output
    assert "Context window     200K tokens" in answer.output


def test_a_pair_is_compared_for_people_and_programs(tmp_path: Path):
    told = sayso(tmp_path, "compare", "gpt-image-1", "o4-mini").output
    assert "o4-mini is 78 % cheaper on input tokens ($1.1 vs $5 per million). That compares unlike things:" in told
    plain = orjson.loads(sayso(tmp_path, "compare", "gpt-image-1", "o4-mini", "--json").output)
    assert plain["title"] == "GPT Image 1 vs o4-mini"


def test_changes_are_told(tmp_path: Path):
    told = sayso(tmp_path, "changes", "--since", "2026-11-20", "--kind", "price").output
    assert "Gemini 4 Argon" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nonsense-9"), 3),
        (("compare", "o4-mini"), 2),
        (("list", "--type", "smell"), 2),
        (("changes", "--since", "soon"), 2),
    ],
)
def test_what_makes_no_sense_ends_with_its_code(tmp_path: Path, words: tuple[str, ...], code: int):
    answer = sayso(tmp_path, *words)
    assert answer.exit_code == code
    assert answer.output.startswith("sayso: ")


def test_refreshing_asks_the_network_only_when_told_to(tmp_path: Path):
    assert "refresh" in CliRunner().invoke(main, ["models", "--help"]).output
    assert not (tmp_path / "models").exists()
