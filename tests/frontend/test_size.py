"""What a browser has to fetch before the first screen can be used."""

import gzip
import json
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src/sayso/web/static"
FIRST_SCREEN_BYTES_MAX = 120_000
ENTRY = "index.html"


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, object]]:
    built = STATIC / "manifest.json"
    if not built.is_file():
        pytest.skip("the front end is not built; script/test builds it")
    return json.loads(built.read_text())


def scripts(manifest: dict[str, dict[str, object]], *names: str) -> set[str]:
    """The script files of these entries and of all that they import at once."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        entry = manifest[waiting.pop()]
        if entry["file"] not in found:
            found.add(str(entry["file"]))
            waiting.extend(entry.get("imports", []))  # type: ignore[arg-type]
    return {file for file in found if file.endswith(".js")}


@pytest.mark.parametrize(
    "screen",
    [
        ("src/screens/home/Home.svelte",),
        ("src/screens/shell/AppShell.svelte", "src/views/grid/Grid.svelte"),
        ("src/screens/builder/DraftScreen.svelte",),
    ],
    ids=["home", "grid", "builder"],
)
def test_the_first_screen_is_small(manifest: dict[str, dict[str, object]], screen: tuple[str, ...]):
    files = scripts(manifest, ENTRY, *screen)
    sizes = {file: len(gzip.compress((STATIC / file).read_bytes(), 9)) for file in files}
    assert len(sizes) >= 2
    assert sum(sizes.values()) <= FIRST_SCREEN_BYTES_MAX, sizes


def test_a_public_chart_is_there_with_little(manifest: dict[str, dict[str, object]]):
    """Its page, its sheet and its type come on top (some 75 kB); the drawing itself is fetched after what is to be read is there."""
    files = scripts(manifest, "src/public.ts")
    assert sum(len(gzip.compress((STATIC / file).read_bytes(), 9)) for file in files) <= 45_000


def test_charts_are_fetched_only_where_there_is_a_chart(manifest: dict[str, dict[str, object]]):
    first = scripts(
        manifest, ENTRY, "src/screens/home/Home.svelte", "src/screens/shell/AppShell.svelte", "src/views/grid/Grid.svelte"
    )
    assert not any(b"echarts" in (STATIC / file).read_bytes() for file in first)


def test_nothing_is_fetched_from_elsewhere_and_no_style_is_inline(manifest: dict[str, dict[str, object]]):
    page = (STATIC / ENTRY).read_text()
    assert "http:" not in page
    assert "https:" not in page
    assert " style=" not in page
    assert "<script>" not in page
