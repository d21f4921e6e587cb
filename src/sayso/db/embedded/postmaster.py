"""One PostgreSQL cluster: made, started, taken over, stopped. Driven by ourselves, through `initdb` and `pg_ctl`."""

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

from sayso.db.embedded.account import Place
from sayso.errors import Unavailable

ROLE = DATABASE = "sayso"
SUPERUSER = "postgres"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.02
RETRY_SECONDS = 0.3
LOG_BYTES_MAX = 10_000_000
STILL_ENDING = "pre-existing shared memory block"
"""What PostgreSQL says while the children of a killed one are still finishing; it must not start before they have."""
SOCKET_LOCK = ".s.PGSQL.5432.lock"
NOBODY = 2**31 - 1
"""A process number above every system's highest."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "max_locks_per_transaction": "256",
    "shared_buffers": "128MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "min_wal_size": "80MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "io_workers": "2",
    "max_parallel_workers_per_gather": "2",
    "idle_in_transaction_session_timeout": "10min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
"""For a small machine that serves one team. Durable: fsync and synchronous_commit stay on."""

FRAGILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests only."""


async def ensure_running(place: Place, *, durable: bool = True) -> None:
    """Makes the cluster if there is none, starts it if it is not running, takes it over if it is."""
    if not (place.data / "PG_VERSION").exists():
        await _create(place)
    if pid_of(place) is not None and await _became_ready(place):
        return
    _forget_foreign_pid(place)
    _shorten_log(place.log)
    settings = SETTINGS if durable else SETTINGS | FRAGILE
    options = " ".join(
        f"-c {shlex.quote(f'{k}={v}')}" for k, v in {**settings, "unix_socket_directories": str(place.run)}.items()
    )
    for _ in range(int(START_SECONDS_MAX / RETRY_SECONDS)):
        code, _ = await _run(
            place, "pg_ctl", "start", "-D", place.data, "-l", place.log, "-w", "-t", START_SECONDS_MAX, "-s", "-o", options, quiet=True
        )  # fmt: skip
        if not code:
            return
        if STILL_ENDING not in _last_words(place.log):
            break
        await asyncio.sleep(RETRY_SECONDS)
    raise Unavailable(f"PostgreSQL did not start: {_last_words(place.log)} (all of it in {place.log})")


async def stop(place: Place) -> None:
    """Stops it: clients are let go, what is committed is on disk. Nothing happens when it is not running."""
    pid = pid_of(place)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    for _ in range(int(STOP_SECONDS_MAX / POLL_SECONDS)):
        if pid_of(place) is None:
            return
        await asyncio.sleep(POLL_SECONDS)
    os.kill(pid, signal.SIGQUIT)


def pid_of(place: Place) -> int | None:
    """The process that runs this cluster, or None. A number that now belongs to some other process is not believed."""
    lines = _pid_file(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if str(place.data) in _command_of(pid) else None


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout


async def _became_ready(place: Place) -> bool:
    """Waits for a cluster that is starting or stopping. False when it went away."""
    for _ in range(int(START_SECONDS_MAX / POLL_SECONDS)):
        if pid_of(place) is None:
            return False
        lines = _pid_file(place)
        if len(lines) > 7 and lines[7].strip() == "ready":
            return True
        await asyncio.sleep(POLL_SECONDS)
    raise Unavailable(f"PostgreSQL has been starting for a minute: {_last_words(place.log)}")


def _forget_foreign_pid(place: Place) -> None:
    """Lets PostgreSQL start although the number in a leftover file is in use: by an unrelated process, or by a killed one
    that nobody has buried yet. Only the number is replaced, so that PostgreSQL still looks for children of the old one."""
    lines = _pid_file(place)
    if pid_of(place) is not None:
        return
    (place.run / SOCKET_LOCK).unlink(missing_ok=True)
    if lines:
        file = os.open(place.data / "postmaster.pid", os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
        with os.fdopen(file, "w") as opened:
            opened.write("\n".join([str(NOBODY), *lines[1:]]) + "\n")


async def _create(place: Place) -> None:
    """Makes the cluster beside its place and moves it in when it is whole, so that a kill leaves no half of one.

    Under a name of its own each time: the initdb of a process that was killed may live on for a moment in what it had begun.
    """
    for begun in place.base.glob("data.new*"):
        shutil.rmtree(begun, ignore_errors=True)
    making = place.base / f"data.new.{os.getpid()}"
    await _must(
        place, "initdb", "-D", making, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    )  # fmt: skip
    single = ("postgres", "--single", "-D", making, "-c", "log_min_messages=fatal")
    if (
        place.binaries / "share" / "postgresql" / "extension" / "vector.control"
    ).exists():  # every database made here has pgvector
        await _must(place, *single, "template1", given="create extension if not exists vector;\n")
    script = f"create role {ROLE} login createdb;\ncreate database {DATABASE} owner {ROLE};\n"
    script += f"alter role {ROLE} set search_path = public;\n"
    await _must(place, *single, SUPERUSER, given=script)
    making.rename(place.data)


async def _must(place: Place, program: str, *args: object, given: str = "") -> None:
    code, said = await _run(place, program, *args, given=given)
    if code or "ERROR:" in said:
        raise Unavailable(f"PostgreSQL could not be set up: {program}: {said.strip()[-500:]}")


async def _run(place: Place, program: str, *args: object, given: str = "", quiet: bool = False) -> tuple[int, str]:
    """Runs one of PostgreSQL's programs as the account that owns the cluster. `quiet` for one that leaves a process behind.

    In a thread: not every event loop can change the account of its children.
    """
    account = place.account
    done = await asyncio.to_thread(
        subprocess.run,
        [str(place.binaries / "bin" / program), *map(str, args)],
        input=given.encode(),
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        start_new_session=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return done.returncode, (done.stdout or b"").decode(errors="replace")


def _shorten_log(log: Path) -> None:
    try:
        if log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_name("log.old"))
    except FileNotFoundError:
        pass


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-40:]
    except OSError:
        return "it left no log"
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "PANIC" in line] or lines
    return telling[-1].strip() if telling else "it left no log"
