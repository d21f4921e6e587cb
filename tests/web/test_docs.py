"""The pages about the API cannot drift from it."""

import re
from pathlib import Path

from sayso import errors
from sayso.web.problems import Broken, NoSuchVerb
from sayso.web.routes import API, PUBLIC

DOCS = Path(__file__).parents[2] / "docs"


def test_the_guide_names_every_error():
    guide = (DOCS / "guides" / "api.md").read_text()
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.SaysoError)]
    for kind in {*kinds, Broken, NoSuchVerb} - {errors.SaysoError}:
        assert f"| {kind.status} | `{kind.slug}` |" in guide


def test_the_contract_names_every_address():
    contract = re.sub(r"[`{}]", "", (DOCS / "architecture.md").read_text())
    for address in (*API, *PUBLIC):
        last = [
            part for part in re.sub(r":path|:int|[{}]", "", address.path).split("/") if part not in ("id", "row", "sent", "look")
        ]
        assert last[-1] in contract, f"{address.verb} {address.path} is not in docs/architecture.md"
