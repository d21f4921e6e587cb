"""The journey: every Monday at nine, a summary of open deals by e-mail, with its chart, its table and its sheet. No key is needed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.gateway.builtin.models import built_in
from tests.automations.deals_desk import OPEN, Deals, gateway_with, mail_account, with_connections
from tests.automations.test_dry_steps import tried
from tests.conftest import Northlight
from tests.connections.post_office import PostOffice, post_office

Kept = Northlight
WORTH = {"name": "Worth", "summary": "sum", "field": "worth"}
STEPS: list[dict[str, Any]] = [
    {"kind": "find_rows", "id": "find", "table": "deals", "filter": OPEN, "sorts": [{"field": "worth", "descending": True}]},
    {"kind": "aggregate", "id": "sums", "table": "deals", "filter": OPEN, "by": {"field": "stage"}, "figures": [{"name": "Deals"}, WORTH]},
    {"kind": "chart", "id": "chart", "table": "deals", "filter": OPEN, "by": {"field": "stage"}, "figure": WORTH, "title": "Open deals by stage"},
    {"kind": "sheet", "id": "sheet", "rows": "{find: rows}", "file_name": "Open deals"},
    {"kind": "ai", "id": "words", "task": "summarise", "prompt": "Summarise the open deals: {find: rows}", "failed": "go_on"},
    {"kind": "send_email", "id": "mail", "to": "everyone", "subject": "Open deals: {sums: deals}", "attachments": ["{sheet: file}"],
     "body": "# Open deals\n\n{words: answer}\n\nTogether **{sums: worth}**.\n\n{chart: picture}\n\n{sums: groups}\n\n## All of them\n\n{find: table}"},
]  # fmt: skip
MONDAYS = {"kind": "schedule", "cron": "0 9 * * 1", "words": "every Monday at 9"}


async def filled(desk: Deals) -> None:
    for name, stage, worth, note in (
        ("Halden", "talks", "38000.00", "They want the offer on Friday."),
        ("Otto & Söhne", "new", "14200.00", "Called twice."),
        ("Lind", "talks", "100.50", ""),
        ("Paid", "won", "99999.00", "Done."),
    ):
        await desk.deal(name, stage=stage, worth=worth, note=note)


async def test_a_summary_of_open_deals_is_tried_and_then_arrives(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    connections = with_connections(engine, tmp_path)
    async with post_office() as office, gateway_with(engine, tmp_path, *built_in()) as gateway:
        await mail_account(connections, northlight_kept.ana, office.port)
        desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, STEPS, MONDAYS, connections=connections, gateway=gateway)
        await filled(desk)
        dry = await tried(desk)
        assert {one.state for one in dry.values()} == {"done"} and office.came == []
        assert dry["mail"].told.startswith("Would e-mail “Open deals: 3” to ")

        run = await desk.begin(key="slot:2026-11-23T09:00+01:00", kind="schedule", slot="2026-11-23T09:00+01:00")
        row = await desk.done(run)
        assert (row.state, row.problem) == ("done", "")
        looked_at(office)
        told = await desk.steps(run)
        assert told["words"].output["model"] == "sayso/reader", "the summary is made without any key"
        assert told["mail"].output["sent"] is True and told["mail"].told.startswith("E-mail sent to ")


def looked_at(office: PostOffice) -> None:
    (envelope,), (letter,) = office.came, office.messages
    assert set(envelope.rcpt_tos) == {f"{name}@northlight.example" for name in ("ben", "mia", "cleo")}
    assert letter["Subject"] == "Open deals: 3"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain and html
    words, whole = plain.get_content(), html.get_content()
    assert "Together 52300.50 EUR." in words and "Halden | In talks | 38000.00 EUR" in words and "Paid" not in words
    assert "In talks | 2 | 38100.50 EUR" in words, "the table of totals"
    assert whole.count("<table") == 4, "two of the frame, one of totals, one of deals"
    assert words.index("Halden |") < words.index("Otto & Söhne |") < words.index("Lind |"), "the largest first"

    [cid] = re.findall(r'<img src="cid:([^"]+)"', whole)
    parts = {part.get("Content-ID", "").strip("<>"): part for part in letter.walk() if part.get_content_type() == "image/png"}
    assert list(parts) == [cid] and parts[cid].get_content_disposition() == "inline"
    picture = Image.open(io.BytesIO(parts[cid].get_payload(decode=True)))
    assert picture.size == (1440, 800)
    [sheet] = list(letter.iter_attachments())
    assert sheet.get_filename() == "Open deals.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(sheet.get_payload(decode=True)))  # type: ignore[arg-type]
    assert [line[0] for line in book.active.iter_rows(values_only=True)] == ["Name", "Halden", "Otto & Söhne", "Lind"]  # type: ignore[union-attr]


async def test_without_a_model_and_without_mail_it_is_told_in_the_workspace(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path
):
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, STEPS, MONDAYS)
    await filled(desk)
    run = await desk.begin(key="slot:2026-11-30T09:00+01:00", kind="schedule")
    row = await desk.done(run)
    assert (row.state, row.problem) == ("done", ""), "a summary that nobody could write is left out, and said so"
    told = await desk.steps(run)
    assert told["words"].state == "failed" and told["mail"].told == "Kept in the workspace, not e-mailed: connect a mail server."
    mine = (await desk.told(northlight_kept.cleo))[0]
    assert (
        mine.title == "Open deals: 3"
        and "Together 52300.50 EUR." in mine.text
        and "Halden | In talks | 38000.00 EUR" in mine.text
    )
