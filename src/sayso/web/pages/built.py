"""Files of the built workspace that public pages use too: the drawing of charts, fetched where there is one."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from sayso.web.pages.page import BUILT

DRAWING = "src/public.ts"


@dataclass(frozen=True, slots=True)
class Files:
    """Addresses of a script and of the sheets that it needs."""

    script: str
    sheets: tuple[str, ...]


def drawing() -> Files | None:
    """None before the first build: then figures are told in a table."""
    manifest = BUILT / "manifest.json"
    return _read(manifest, manifest.stat().st_mtime_ns) if manifest.is_file() else None


@lru_cache(maxsize=1)
def _read(manifest: Path, changed: int) -> Files | None:
    told = orjson.loads(manifest.read_bytes())
    if DRAWING not in told:
        return None
    sheets: dict[str, None] = {}
    seen, waiting = set[str](), [DRAWING]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            sheets |= dict.fromkeys(told[name].get("css", ()))
            waiting += told[name].get("imports", ())
    return Files(f"/static/{told[DRAWING]['file']}", tuple(f"/static/{name}" for name in sheets))
