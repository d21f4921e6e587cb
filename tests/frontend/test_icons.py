"""Icons that Python names are among those that the front end carries."""

import re
from pathlib import Path

from sayso.connections.kinds import KINDS

CARRIED = set(re.findall(r'"([a-z0-9-]+)"', (Path(__file__).parents[2] / "frontend/src/lib/icons.ts").read_text()))


def test_every_kind_of_connection_has_its_drawing():
    assert {kind.icon for kind in KINDS.values()} <= CARRIED
