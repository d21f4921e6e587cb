"""Makes the directory's file again: `python script/directory.py [--litellm model_prices_and_context_window.json --version 1.109.1 --date 2026-11-12]`.

Without `--litellm` the rows that were trimmed before are used, so that a change of the overlay or another release of genai-prices
needs no network. The table is in the PyPI wheel of litellm as `litellm/model_prices_and_context_window_backup.json` (MIT); get it with
`pip download --no-deps litellm` and `unzip`, never by installing the package.
"""

import argparse
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import orjson
from genai_prices.data_snapshot import get_snapshot

from sayso.models import file
from sayso.models.sources import litellm, overlay, packed
from sayso.models.sources.source import SOURCES

DATA = Path(__file__).parent.parent / "src/sayso/models/data"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--litellm", type=Path)
    asked.add_argument("--version")
    asked.add_argument("--date", type=date.fromisoformat)
    asked.add_argument("--retrieved", type=date.fromisoformat, default=None)
    given = asked.parse_args()
    kept = DATA / "litellm.bin"
    if given.litellm:
        rows = litellm.trimmed(orjson.loads(given.litellm.read_bytes()))
        about = {
            "version": given.version,
            "date": given.date.isoformat(),
            "retrieved": (given.retrieved or date.today()).isoformat(),
        }
        kept.write_bytes(file.squeezed({"about": about, "rows": rows}))
    before = file.unsqueezed(kept.read_bytes())
    sources = [dict(source) for source in SOURCES]
    for source in sources:
        if source["id"] == "litellm":
            source |= before["about"]
        if source["id"] == "genai-prices":
            source["version"] = version("genai-prices")
    made = packed.made(
        before["rows"],
        get_snapshot().providers,
        overlay.read(DATA / "overlay"),
        sources,
        date.fromisoformat(before["about"]["retrieved"]),
    )
    (DATA / "directory.bin").write_bytes(file.squeezed(made))
    sys.stdout.write(f"{len(made['models'])} models, {(DATA / 'directory.bin').stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
