"""E-mail in: from a real mailbox, and at our own door; each message once, with its files."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations import registry
from sayso.automations.mail import Mailboxes, MailDoor, door, mailboxes
from sayso.connections import stored
from sayso.connections.connections import Connections
from sayso.data.files import FileStore
from sayso.db import transaction
from sayso.db.automation_tables import automations as registered
from sayso.db.automation_tables import runs as t
from sayso.db.notification_tables import notifications
from sayso.db.tables import files
from tests.automations.desk import automation, desk
from tests.conftest import Northlight
from tests.connections.mailbox import PASSWORD, PROGRAM, USER, Mailbox, mailbox
from tests.connections.outside import LOOPBACK
from tests.connections.papers import certificate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, folder: Path) -> Connections:
    return Connections(engine, folder, LOOPBACK)


def letter(subject: str, *, id: str = "", attached: bytes = b"") -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "Otto Brandt <otto@client.example>", USER, subject
    one["Message-ID"] = f"<{id or subject.replace(' ', '')}@client.example>"
    one.set_content("Please send two.\n")
    if attached:
        one.add_attachment(attached, maintype="text", subtype="csv", filename="order.csv")
    return one


async def _runs(engine: AsyncEngine, app: str) -> list[Any]:
    async with engine.connect() as tx:
        return list((await tx.execute(select(t).where(t.c.app_id == app).order_by(t.c.position))).all())


async def _turn(engine: AsyncEngine, app: str) -> None:
    """Its mailbox's turn has come again."""
    async with transaction(engine) as tx:
        due = select(registered.c.on_since).where(registered.c.app_id == app).scalar_subquery()
        await tx.execute(update(registered).where(registered.c.app_id == app).values(next_at=due))


async def _door(engine: AsyncEngine, company: Northlight, folder: Path, app: str, *, on: bool = True) -> tuple[MailDoor, str]:
    async with transaction(engine) as tx:
        made = await desk(tx, automation("order", {"kind": "email"}, on=on), by=company.ana, id=app)
        token = (await registry.entry(tx, made, "order")).token
    assert token
    return MailDoor(engine, FileStore(folder / "files"), "127.0.0.1", 0, "sayso.test"), token


def _sends(port: int, to: list[str], message: EmailMessage | bytes) -> dict[str, tuple[int, bytes]]:
    content = message if isinstance(message, bytes) else message.as_bytes()
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        return client.sendmail("otto@client.example", to, content)


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Mailbox]:
    certificate(tmp_path)
    async with mailbox(tmp_path) as one:
        yield one


@pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed: apt-get install dovecot-imapd")
async def test_what_is_new_in_a_mailbox_begins_a_run_each_once(
    engine: AsyncEngine, northlight_kept: Northlight, connections: Connections, box: Mailbox, folder: Path
) -> None:
    ana = northlight_kept.ana
    settings = {"host": "127.0.0.1", "port": box.port, "security": "none", "user": USER}
    async with transaction(engine) as tx:
        one = await stored.create(tx, connections, by=ana, kind="imap", settings=settings, secrets={"password": PASSWORD})
        await registry.refresh(tx, await desk(tx, automation("order", {"kind": "email", "connection": one.id}), by=ana, id="box"))
    readers = [Mailboxes(connections, FileStore(folder / "files")) for _ in range(2)]
    await asyncio.to_thread(box.puts, letter("Before it was on"))
    assert await readers[0].looked() == 0 and await readers[0].looked() == 0
    for subject, attached in (("An order", b"sku;count\nA;2\n"), ("Another", b""), ("An order", b"again")):
        await asyncio.to_thread(box.puts, letter(subject, attached=attached))
    await _turn(engine, "box")
    assert sum(await asyncio.gather(*(reader.looked() for reader in readers))) == 2
    first, second = await _runs(engine, "box")
    assert first.trigger["subject"] == "An order" and first.trigger["from"] == "otto@client.example"
    assert first.trigger["text"].strip() == "Please send two." and second.trigger["attachments"] == []
    (file,) = first.trigger["attachments"]
    assert (file["name"], file["bytes"]) == ("order.csv", 14)
    await _turn(engine, "box")
    assert await readers[1].looked() == 0


async def test_a_mailbox_that_cannot_be_read_is_told_and_tried_ever_less_often(
    engine: AsyncEngine, northlight_kept: Northlight, connections: Connections, folder: Path
) -> None:
    ana = northlight_kept.ana
    settings = {"host": "127.0.0.1", "port": 1, "security": "none", "user": USER}
    async with transaction(engine) as tx:
        one = await stored.create(tx, connections, by=ana, kind="imap", settings=settings, secrets={"password": "x"})
        await registry.refresh(
            tx, await desk(tx, automation("order", {"kind": "email", "connection": one.id}), by=ana, id="away")
        )
    waits: list[float] = []
    for _ in range(mailboxes.TOLD_AFTER_FAILURES + 1):
        await _turn(engine, "away")
        reader = Mailboxes(connections, FileStore(folder / "files"))
        now = reader.now()
        await reader.looked()
        async with engine.connect() as tx:
            row = (await tx.execute(select(registered).where(registered.c.app_id == "away"))).one()
        waits.append((row.next_at - now).total_seconds())
        assert "127.0.0.1" in row.problem
    assert waits == sorted(waits) and waits[-1] > 8 * waits[0] / 2
    async with engine.connect() as tx:
        told = (await tx.execute(select(notifications.c.member).where(notifications.c.app_id == "away"))).scalars().all()
    assert list(told) == [ana.member]


async def test_mail_to_an_automations_own_address_begins_a_run(
    engine: AsyncEngine, northlight_kept: Northlight, folder: Path
) -> None:
    ours, token = await _door(engine, northlight_kept, folder, "door")
    async with ours.running():
        assert ours.port and ours.address(token) == f"{token}@sayso.test"
        order = letter("An order", attached=b"sku;count\nA;2\n")
        for address in (f"{token}@sayso.test", f"{token.upper()}+tag@elsewhere.example"):
            await asyncio.to_thread(_sends, ours.port, [address], order)
    (run,) = await _runs(engine, "door")
    assert run.trigger["kind"] == "email" and run.trigger["subject"] == "An order" and run.key.startswith("mail:")
    async with engine.connect() as tx:
        kept = select(files.c.name).where(
            files.c.id == run.trigger["attachments"][0]["id"], files.c.workspace_id == run.workspace_id
        )
        assert (await tx.execute(kept)).scalar_one() == "order.csv"


async def test_nothing_else_is_taken_and_nothing_is_passed_on(
    engine: AsyncEngine, northlight_kept: Northlight, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MESSAGE_BYTES_MAX", 20_000)
    ours, token = await _door(engine, northlight_kept, folder, "shut", on=False)
    _, other = await _door(engine, northlight_kept, folder, "open")
    async with ours.running():
        assert ours.port
        for wrong in (
            f"{token}@sayso.test",
            "ana@northlight.example",
            "x@sayso.test",
            f"'; drop table x; --{other}@x",
            "@x",
            f"{other[:-1]}@x",
        ):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                await asyncio.to_thread(_sends, ours.port, [wrong], letter("No"))
        refused = await asyncio.to_thread(_sends, ours.port, ["ana@northlight.example", f"{other}@x"], letter("Half"))
        assert list(refused) == ["ana@northlight.example"]
        with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)):
            await asyncio.to_thread(_sends, ours.port, [f"{other}@x"], letter("Large", attached=b"x" * 30_000))
        await asyncio.to_thread(_sends, ours.port, [f"{other}@x"], b"\xff\xfe no mail at all \x00")
    assert await _runs(engine, "shut") == []
    assert len(await _runs(engine, "open")) == 2


async def test_a_door_that_is_not_wanted_is_not_there(engine: AsyncEngine, folder: Path) -> None:
    closed = MailDoor(engine, FileStore(folder / "files"), "127.0.0.1", None, "sayso.test")
    async with closed.running():
        assert closed.address("x") is None
