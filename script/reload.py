"""Runs `sayso up` and starts it again whenever a file in src/ changes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "src"
LOOK_SECONDS = 0.5


def newest() -> float:
    return max(p.stat().st_mtime for p in SOURCES.rglob("*") if p.suffix in {".py", ".html", ".lark", ".yaml", ".json"})


def main() -> None:
    while True:
        seen = newest()
        server = subprocess.Popen([sys.executable, "-m", "sayso", "up", "--no-browser", *sys.argv[1:]])
        try:
            while newest() == seen:
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            server.wait()
            return
        server.send_signal(signal.SIGINT)
        server.wait()


if __name__ == "__main__":
    main()
