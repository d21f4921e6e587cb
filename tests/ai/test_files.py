"""Files and pictures of a row: read, sent, drawn, changed, kept."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PIL import Image

from sayso import db
from sayso.ai import drawing, work
from sayso.ai.files import SEEN_PIXELS_MAX, store_of
from sayso.ai.reading import document
from sayso.data import files
from sayso.spec.fields import Picture
from tests.ai import papers
from tests.ai.conftest import Story
from tests.gateway.upstream import PIXEL, Says, Status

INVOICE = "Lumen Works GmbH\nInvoice number: INV-2041\nDate: 12 November 2026\nTotal due: 1,480.00 EUR"


async def kept(story: Story, name: str, content: bytes) -> str:
    async def once() -> AsyncIterator[bytes]:
        yield content

    async with db.transaction(story.desk.engine) as tx:
        return (await files.store(tx, store_of(story.desk.gateway), name, once(), by=story.desk.company.ana)).id


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("invoice.pdf", papers.pdf(INVOICE)),
        ("invoice.docx", papers.docx(*INVOICE.splitlines())),
        ("invoice.txt", INVOICE.encode()),
        ("invoice.md", b"# Invoice\n" + INVOICE.encode()),
        (
            "invoice.html",
            b"<!doctype html><script>alert('HACKED')</script><p>" + INVOICE.replace("\n", "<br>").encode() + b"</p>",
        ),
        ("invoice.csv", b"Invoice number,Total\nINV-2041,1480.00\n"),
    ],
)
async def test_documents_are_read_as_text(story: Story, name: str, content: bytes) -> None:
    row = await story.row(subject="Paper", paper=[await kept(story, name, content)])
    story.will_say({"number": "INV-2041", "confidence": 1})
    done = await story.does(row, "number")
    assert (done.state, done.value) == ("written", "INV-2041"), done
    said = story.desk.up.heard[-1].json["messages"][1]["content"]
    assert "INV-2041" in said and "HACKED" not in said and "1480.00" in said.replace(",", "") and "<row>" in said


async def test_the_built_in_reader_reads_an_invoice(story: Story) -> None:
    row = await story.row(subject="Paper", paper=[await kept(story, "invoice.pdf", papers.pdf(INVOICE))])
    done = await story.does(row, "number", model=None)
    assert (done.state, done.value, done.model) == ("written", "INV-2041", "sayso/reader"), done


async def test_a_scan_is_shown_as_a_picture(story: Story) -> None:
    row = await story.row(subject="Paper", paper=[await kept(story, "scan.pdf", papers.pdf("", ""))])
    story.will_say({"number": "7", "confidence": 1})
    assert (await story.does(row, "number")).value == "7"
    sent = story.desk.up.heard[-1].json["messages"][1]["content"]
    assert [part["type"] for part in sent] == ["text", "image_url", "image_url"]
    blind = await story.does(row, "number", model=None)
    assert blind.state == "refused" and "No model that sees pictures" in (blind.problem or "")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("broken.pdf", b"%PDF-1.4 nothing", "broken.pdf is no PDF that can be read."),
        ("broken.docx", b"PK\x03\x04 nothing at all", "broken.docx is no document that can be read."),
        ("song.mp3", b"ID3 la la la", "song.mp3 is audio/mpeg, which Sayso cannot read"),
        ("empty.pdf.docx", papers.docx(), "empty.pdf.docx holds no text."),
    ],
)
async def test_what_cannot_be_read_is_told_and_nothing_asked(story: Story, name: str, content: bytes, reason: str) -> None:
    row = await story.row(subject="Paper", paper=[await kept(story, name, content)])
    done = await story.does(row, "number")
    assert (done.state, done.calls) == ("refused", 0) and (done.problem or "").startswith(reason), done


async def test_a_document_that_unfolds_to_much_is_stopped(story: Story, tmp_path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(papers.docx("a" * 80_000_000))
    told = await document(path, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    assert told.problem == "unfolds to more than is safe to read."


async def test_pictures_are_sent_scaled_down(story: Story) -> None:
    photo = await kept(story, "shop.jpg", papers.picture(4000, 1000, format="JPEG"))
    row = await story.row(subject="Shop", photo=[photo])
    story.will_say({"description": "An orange wall.", "confidence": 0.9})
    done = await story.does(row, "seen")
    assert (done.state, done.value) == ("written", "An orange wall.")
    url = story.desk.up.heard[-1].json["messages"][1]["content"][1]["image_url"]["url"]
    assert url.startswith("data:image/jpeg;base64,")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as sent:
        assert sent.size == (SEEN_PIXELS_MAX, SEEN_PIXELS_MAX // 4)


async def test_nobody_sees_by_default_and_that_is_told(story: Story) -> None:
    row = await story.row(subject="Shop", photo=[await kept(story, "a.png", papers.picture())])
    done = await story.does(row, "seen", model=None)
    assert (done.state, done.calls) == ("refused", 0)
    assert done.problem == (
        "No model that sees pictures is plugged in. Connect one under Models → Providers and choose it for the slot “vision”; "
        "the built-in models read text and draw, and do not see."
    )


async def test_a_banner_is_drawn_and_kept(story: Story) -> None:
    row = await story.row(subject="Spring sale")
    done = await story.does(row, "banner", model=None)
    assert (done.state, done.model, len(done.pictures)) == ("written", "sayso/canvas", 1), done
    with Image.open(io.BytesIO(done.pictures[0].content)) as drawn:
        assert drawn.size == (1024, 512)
    async with db.transaction(story.desk.engine) as tx:
        stored = await drawing.keep(tx, story.desk.gateway, done, by=story.desk.company.ana)
        file, path = await files.found(tx, store_of(story.desk.gateway), stored.value[0], by=story.desk.company.ana)
    assert (file.type, file.width, file.height, path.read_bytes()) == ("image/png", 1024, 512, done.pictures[0].content)
    assert stored.pictures == () and stored.as_json()["value"] == [file.id]
    await story.row(subject="Kept", banner=stored.value)


async def test_what_an_image_model_is_asked(story: Story) -> None:
    row = await story.row(subject="Spring sale")
    one, read = await story.gathered(row, "banner")
    picture = Picture(size="1536x1024", quality="high", style="flat, two colours", background="transparent", count=2)
    asked = replace(one, settings=replace(one.settings, picture=picture))
    caller = story.desk.gateway.caller(story.desk.company.workspace)
    story.desk.up.will(Status(400, "Unknown parameter: 'quality'"))
    done = await work.do(story.desk.gateway, caller, asked, read, "stub")
    heard = story.desk.up.heard[-1].json
    assert (done.state, done.calls) == ("written", 2)
    assert {key: heard[key] for key in ("model", "n", "size", "background", "output_format")} == {
        "model": "stub", "n": 2, "size": "1536x1024", "background": "transparent", "output_format": "png",
    }  # fmt: skip
    assert heard["prompt"] == "A banner that says Spring sale\nStyle: flat, two colours." and "quality" not in heard


async def test_a_picture_is_changed(story: Story) -> None:
    row = await story.row(subject="Shop", photo=[await kept(story, "shop.png", papers.picture())])
    done = await story.does(row, "retouched")
    assert (done.state, len(done.pictures)) == ("written", 1), done
    heard = story.desk.up.heard[-1]
    assert heard.path.endswith("/images/edits") and papers.picture() in heard.body and b"Brighter" in heard.body
    canvas = await story.does(row, "retouched", model=None)
    assert canvas.state == "written" and canvas.model == "sayso/canvas", canvas
    empty = await story.does(await story.row(subject="None"), "retouched")
    assert (empty.state, empty.problem) == ("refused", "There is no picture yet to start from.")


async def test_addresses_in_an_answer_are_not_followed(story: Story) -> None:
    row = await story.row(subject="Sale")
    story.desk.up.will(Says({"created": 1, "data": [{"url": "http://10.0.0.1/secret.png"}]}, []))
    done = await story.does(row, "banner")
    assert (done.state, done.problem) == ("failed", "The model answered without a picture that can be kept.")
    story.desk.up.will(Says({"created": 1, "data": [{"b64_json": base64.b64encode(b"<svg onload=alert(1)>").decode()}]}, []))
    assert (await story.does(row, "banner")).state == "failed"
    assert PIXEL
