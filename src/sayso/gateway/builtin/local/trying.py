"""`python -m sayso.gateway.builtin.local.trying FILE`: loads a GGUF file and makes one token with it. Ends with 1 when it cannot."""

import sys
from pathlib import Path

from sayso.gateway.builtin.local.engine import Engine

CONTEXT_TOKENS = 512


def main() -> int:
    engine = Engine(Path(sys.argv[1]), context=CONTEXT_TOKENS, quiet=False)
    return int("error" in engine.server.handle_completions({"prompt": "a", "n_predict": 1}))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
