"""The database as a stream: out as of one moment, in within one transaction. PostgreSQL's own programs do it."""

import os
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import IO

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.backups.archive import CHUNK_BYTES
from sayso.db.embedded.account import installed_binaries
from sayso.errors import Unavailable

TABLES = """
    select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and (n.nspname = 'sayso' or n.nspname ~ '^app_') order by 1
"""
SCHEMAS = "select format('%I', nspname) from pg_namespace where nspname = 'sayso' or nspname ~ '^app_' order by 1"
WORDS_LENGTH_MAX = 500


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many rows each table has, by its quoted name."""
    found = (await tx.execute(text(TABLES))).scalars().all()
    return {name: (await tx.execute(text(f"select count(*) from {name}"))).scalar_one() for name in found}  # noqa: S608 (from the catalogue)


async def schemas(tx: AsyncConnection) -> list[str]:
    return list((await tx.execute(text(SCHEMAS))).scalars())


def dumped(url: URL, snapshot: str) -> Generator[bytes]:
    """The whole database as `snapshot` sees it, in PostgreSQL's custom format."""
    command = [
        *_program("pg_dump", url),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--enable-row-security",
        f"--snapshot={snapshot}",
    ]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, env=_environment(url), bufsize=CHUNK_BYTES
        )  # fmt: skip
        with process:
            said = process.stdout
            assert said
            try:
                yield from iter(lambda: said.read(CHUNK_BYTES), b"")
            except GeneratorExit:
                process.kill()
                raise
        if process.returncode:
            raise Unavailable(f"The database could not be written out: {_last(words)}")


def loaded(url: URL, dump: Path, *, instead_of: list[str], rows: Mapping[str, int]) -> None:
    """Puts a dump in the place of these schemas, in one transaction, which ends only when every table has as many rows as it should."""
    before = "".join(f"drop schema {name} cascade;\n" for name in instead_of)
    after = "".join(_counted(name, number) for name, number in rows.items())
    script = [str(installed_binaries() / "bin" / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    into = [
        *_program("psql", url),
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with tempfile.TemporaryFile() as words:
        with (
            subprocess.Popen(into, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env=_environment(url)) as psql,
            subprocess.Popen(
                script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, env=_environment(url)
            ) as restore,
        ):
            said = restore.stdout
            assert psql.stdin
            assert said
            try:
                psql.stdin.write(b"set client_min_messages = warning;\n" + before.encode())
                for chunk in iter(lambda: said.read(CHUNK_BYTES), b""):
                    psql.stdin.write(chunk)
                psql.stdin.write(
                    b"set row_security = on;\n"
                )  # the script switched it off, and whoever is bound by it could not count
                psql.stdin.write((after if restore.wait() == 0 else "select * from the_backup_ended_early;\n").encode())
                psql.stdin.close()
            except BrokenPipeError:  # psql ended with an error, which it has said
                restore.kill()
            except BaseException:
                psql.kill()
                restore.kill()
                raise
        if psql.returncode or restore.returncode:
            raise Unavailable(f"The backup could not be read in, and nothing was changed: {_last(words)}")


def _counted(name: str, number: int) -> str:
    complaint = f"{name} has another number of rows than the backup".replace("'", "''").replace("%", "%%")
    return f"do $$ begin if (select count(*) from {name}) <> {number} then raise exception '{complaint}'; end if; end $$;\n"  # noqa: S608


def _program(name: str, url: URL) -> list[str]:
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return [str(installed_binaries() / "bin" / name), f"--dbname={address}"]


def _environment(url: URL) -> dict[str, str]:
    """The password goes where other people's `ps` does not see it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return kept | {"LC_ALL": "C"} | ({"PGPASSWORD": str(url.password)} if url.password else {})


def _last(words: IO[bytes]) -> str:
    words.seek(0)
    return words.read().decode(errors="replace").strip()[-WORDS_LENGTH_MAX:]
