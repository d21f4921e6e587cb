"""Runs the named benchmarks, or all of them, and prints their figures as a table (or with --json, one line each)."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.figure import Figure

NOT_MEASURES = {"__init__", "__main__", "client", "figure", "fills_upstream", "gateway_upstream", "million", "server"}

BY_HAND = {"beside_n8n", "bulk", "step_kills", "torture", "webhooks"}
"""Only when they are named: they take long."""


def names() -> list[str]:
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in NOT_MEASURES)


def main() -> None:
    asked = [a for a in sys.argv[1:] if not a.startswith("-")]
    if unknown := set(asked) - set(names()):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names())}")
    missed = 0
    for name in asked or [name for name in names() if name not in BY_HAND]:
        for figure in asyncio.run(import_module(f"bench.{name}").measure()):
            missed += not figure.kept
            show(name, figure)
    sys.exit(1 if missed else 0)


def show(name: str, figure: Figure) -> None:
    load = os.getloadavg()[0]
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"bench": name, **asdict(figure), "kept": figure.kept, "load": load}) + "\n")
    else:
        mark = "✓" if figure.kept else "✗"
        sys.stdout.write(
            f"{mark} {name:<10} {figure.what:<58} {figure.said:>14}   (promised {figure.limit_said}; load {load:.1f})\n"
        )
    sys.stdout.flush()


main()
