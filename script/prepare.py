"""Makes `.venv` ready to run Sayso (`--test`: and its tests). Only the standard library; does nothing when nothing changed.

What is installed is named with hashes in requirements*.txt. uv does it: the one on this machine, else one of the venv's own.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PYTHON_MIN = (3, 11)
LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-test.txt", "requirements-uv.txt")
FRONTEND_TOOLS = {"node_modules", "tests"}


def main() -> None:
    if sys.version_info < PYTHON_MIN:
        stop(f"Sayso needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
    wanted = "requirements-test.txt" if "--test" in sys.argv else "requirements.txt"
    stamp = VENV / f".ready-{wanted}"
    if stamp.is_file() and stamp.read_text() == state():
        return
    if not works():
        make_venv()
    uv = find_uv()
    say("Installing what Sayso stands on")
    run(*uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", ROOT / wanted)
    say("Building Sayso and its front end")
    run(*uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "-b", ROOT / "requirements-build.txt", "-e", ROOT)
    fetch_language_model()
    now = state()
    for old in VENV.glob(".ready-*"):
        if old.read_text() != now:
            old.unlink()
    stamp.write_text(now)


def state() -> str:
    """One digest of all that decides what is installed and built."""
    files = [ROOT / name for name in (*LOCKS, "pyproject.toml", "hatch_build.py", "script/prepare.py")]
    front = ROOT / "frontend"
    files += sorted(p for p in front.rglob("*") if p.is_file() and not FRONTEND_TOOLS.intersection(p.relative_to(front).parts))
    files += sorted((ROOT / "src/sayso/web/pages/look").glob("*.css"))
    built = ROOT / "src/sayso/web/static/build.sha256"
    digest = hashlib.sha256(f"{sys.version} {ROOT} {built.exists()}".encode())
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def works() -> bool:
    """Whether there is a venv whose Python still runs (it does not when its Python was removed or replaced)."""
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import sys; assert sys.version_info >= (3, 11)"], check=False).returncode == 0
    )


def make_venv() -> None:
    say("Making .venv")
    if shutil.which("uv"):
        run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
        return
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        stop("This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv. Or install uv.")


def find_uv() -> list[str | Path]:
    if found := shutil.which("uv"):
        return [found]
    if not (BIN / "uv").exists():
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            ROOT / "requirements-uv.txt",
        )
    return [PYTHON, "-m", "uv"]


def fetch_language_model() -> None:
    """Without it Sayso works too, so that nothing stops here: the server tries again, and `sayso doctor` tells."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([PYTHON, "-m", "sayso", "setup"], cwd=ROOT, env=env, stdout=sys.stderr, check=False)


def run(*command: str | Path) -> None:
    """`*_CERTS`, `*_TLS`: trust what this machine trusts, so that it works behind a company's proxy (new and old names in uv)."""
    env = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "UV_NO_PROGRESS": "1", **os.environ}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, stdout=sys.stderr, check=False)
    if done.returncode:
        stop(f"That did not work ({Path(command[0]).name} ended with {done.returncode}); the lines above say why.")


def say(text: str) -> None:
    sys.stderr.write(f"· {text}\n")
    sys.stderr.flush()


def stop(text: str) -> None:
    sys.stderr.write(f"sayso: {text}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
    if not (ROOT / "src/sayso/web/static/build.sha256").exists():
        say("The front end is not built yet; only the API will answer.")
