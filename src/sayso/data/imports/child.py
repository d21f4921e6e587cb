"""The process that reads a stranger's file: with a limit on memory and time, and without what Sayso knows of passwords and keys.

Run as `python -m sayso.data.imports.child`, with one JSON job on standard input: `{"do": "preview", …}` answers with one JSON
value, `{"do": "rows", …}` with frames: one letter (`d` COPY text, `p` progress, `e` error), four bytes of length, the payload.
"""

import resource
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from sayso.data.imports import preview, taking
from sayso.errors import Invalid

MEMORY_BYTES_MAX = 2 * 1024**3
CPU_SECONDS_MAX = 900


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    try:
        if job["do"] == "preview":
            out.write(orjson.dumps(preview.of(Path(job["path"]), job.get("sheet"))))
        else:
            for letter, payload in taking.frames(job):
                send(out, letter, payload)
    except Invalid as wrong:
        told = orjson.dumps({"problems": [{"path": p.path, "reason": p.reason, "example": p.example} for p in wrong.problems]})
        out.write(told) if job["do"] == "preview" else send(out, b"e", told)
    except MemoryError:
        told = orjson.dumps(
            {"problems": [{"path": "file", "reason": "needs more memory than is safe; send it as CSV", "example": None}]}
        )
        out.write(told) if job["do"] == "preview" else send(out, b"e", told)
    out.flush()


def send(out: BinaryIO, letter: bytes, payload: bytes) -> None:
    out.write(letter + struct.pack(">I", len(payload)) + payload)


if __name__ == "__main__":
    main()
