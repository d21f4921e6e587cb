"""The process that reads a stranger's document: with a limit on memory and time, and without what Sayso knows of passwords and keys.

Run as `python -m sayso.ai.reading.child` with a JSON job on standard input; answers with one JSON value.
"""

import resource
import sys
from pathlib import Path
from typing import Any

import orjson

from sayso.ai.reading import text

MEMORY_BYTES_MAX = 2 * 1024**3
CPU_SECONDS_MAX = 8


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    try:
        told = text.read(Path(job["path"]), job["type"])
    except text.Wrong as wrong:
        told = {"problem": str(wrong)}
    except MemoryError:
        told = {"problem": "needs more memory than is safe to read."}
    sys.stdout.buffer.write(orjson.dumps(told))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
