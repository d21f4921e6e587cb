"""The OpenAPI file: `python -m sayso.web.openapi > frontend/openapi.json` makes what the typed client is generated from."""

import json
import sys
from pathlib import Path

from sayso.settings import Settings
from sayso.web.app import create_app, described


def main() -> None:
    app = create_app(None, Settings(home=Path()))
    sys.stdout.write(json.dumps(described(app), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
