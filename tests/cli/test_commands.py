"""Each command loads by itself, whatever was or was not loaded before it."""

import os
import subprocess
import sys

from tests.sayso import SOURCES

from sayso.cli import COMMANDS

LOADS = """
import importlib, os, sys
for others in ("alembic", "fastapi", "joserfc", "numpy", "PIL", "pydantic", "reportlab", "sqlalchemy.ext.asyncio", "uvicorn", "xlsxwriter"):
    importlib.import_module(others)
for module in sys.argv[1:]:
    if not (child := os.fork()):
        importlib.import_module(module).command
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(module)
"""
"""One process with what is not ours, and in a child of it each command's module, with nothing of ours before it."""


def test_each_loads_with_nothing_of_ours_before_it():
    env = {**os.environ, "PYTHONPATH": str(SOURCES), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", LOADS, *COMMANDS.values()]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout == "", done.stderr
