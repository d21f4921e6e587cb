"""A mailbox on loopback: Dovecot, as Debian packages it, with a folder of its own."""

import asyncio
import imaplib
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
USER, PASSWORD = "orders@northlight.example", "pw-canary-ä-31"
START_SECONDS_MAX = 60

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {tls}
ssl_cert = <{folder}/chain.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
auth_mechanisms = {mechanisms}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Mailbox:
    port: int
    tls_port: int

    def puts(self, message: EmailMessage | bytes, folder: str = "INBOX") -> None:
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            client.create(f'"{folder}"')
            state, said = client.append(f'"{folder}"', "", "", message if isinstance(message, bytes) else message.as_bytes())
            assert state == "OK", said

    def removes(self, folder: str) -> None:
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            client.delete(f'"{folder}"')


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _account() -> tuple[str, int, int]:
    """Whose mail it is: nobody's, when the tests run as root, since Dovecot does not open root's."""
    me = pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")
    return me.pw_name, me.pw_uid, me.pw_gid


@asynccontextmanager
async def mailbox(papers: Path, *, mechanisms: str = "plain login") -> AsyncIterator[Mailbox]:
    """`papers` is a folder with `chain.pem` and `key.pem`."""
    assert PROGRAM
    folder = Path(tempfile.mkdtemp(prefix="sayso-mail-"))
    name, uid, gid = _account()
    there = Mailbox(_free(), _free())
    try:
        folder.chmod(0o755)
        for made in ("run", "state", "mail"):
            (folder / made).mkdir()
        for paper in ("chain.pem", "key.pem"):
            shutil.copy(papers / paper, folder / paper)
        root = os.getuid() == 0
        if root:
            os.chown(folder / "mail", uid, gid)
        internal, group, login = ("dovecot", "dovecot", "dovenull") if root else (name, str(gid), name)
        config = CONFIG.format(
            folder=folder, tls="yes", internal=internal, internal_group=group, login=login, uid=uid, gid=gid, mechanisms=mechanisms,
            password=PASSWORD, port=there.port, tls_port=there.tls_port,
        )  # fmt: skip
        (folder / "dovecot.conf").write_text(config)
        running = await asyncio.create_subprocess_exec(PROGRAM, "-F", "-c", str(folder / "dovecot.conf"))
        try:
            await _ready(there, folder)
            yield there
        finally:
            with suppress(ProcessLookupError):
                running.terminate()
            await running.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _ready(there: Mailbox, folder: Path) -> None:
    async with asyncio.timeout(START_SECONDS_MAX):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", there.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
