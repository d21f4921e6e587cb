"""The five example apps of models, with the built-in models alone: what they do, and what they say that they cannot."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from PIL import Image

from sayso import db, examples
from sayso.ai import inputs, job, work
from sayso.ai.outcome import Outcome
from sayso.data import apps
from sayso.examples.example import WITH_MODELS
from sayso.spec.fields import fill_of
from tests.ai.conftest import Story
from tests.examples.test_examples import put

TODAY = date(2026, 11, 22)
WRITES = ("generate", "translate", "draft_reply", "describe_image")


class Shop:
    """An example, built with its sample rows; and its fields, filled by the built-in models."""

    def __init__(self, story: Story, app: str) -> None:
        self.story, self.app = story, app

    async def fills(self, table: str, field: str, most: int = 9) -> list[Outcome]:
        desk, ana = self.story.desk, self.story.desk.company.ana
        async with db.transaction(desk.engine) as tx:
            app = await apps.open_app(tx, self.app, by=ana)
            asked = job.of(app.spec, f"tables/{table}/fields/{field}")
            read = await inputs.gathered(tx, app, table, range(1, most + 1), asked)
        caller = desk.gateway.caller(ana.workspace, app=self.app)
        return [await work.do(desk.gateway, caller, asked, one) for one in read]


@pytest.fixture(scope="module")
async def shops(story: Story) -> Mapping[str, Shop]:
    made: dict[str, Shop] = {}
    for id in WITH_MODELS:
        async with db.transaction(story.desk.engine) as tx:
            app = await apps.create(tx, examples.load(id).spec, by=story.desk.company.ana)
            await put(tx, app, examples.load(id), examples.rows(examples.load(id), TODAY), story.desk.company)
        made[id] = Shop(story, app.id)
    return made


def values(many: list[Outcome]) -> list[Any]:
    assert all(one.is_value and one.provider == "sayso" and one.cost == 0 for one in many), many
    return [one.value for one in many]


async def test_the_invoice_reader_reads_every_figure(shops: Mapping[str, Shop]) -> None:
    shop = shops["invoice_reader"]
    assert values(await shop.fills("invoices", "invoice_number")) == ["LW-2041", "2026-118820", "90017", "CH-77120"]
    assert values(await shop.fills("invoices", "due_date")) == ["2026-11-26", "2026-11-13", "2026-12-01", "2026-11-27"]
    assert values(await shop.fills("invoices", "total")) == ["1480.00", "609.28", "386.90", "99.96"]
    assert values(await shop.fills("invoices", "vat")) == ["236.30", "97.28", "58.90", "15.96"]
    assert values(await shop.fills("invoices", "supplier")) == [[1], [2], [3], [4]]
    assert values(await shop.fills("invoices", "iban")) == ["DE02120300000000202051", None, None, None]


async def test_letters_are_sorted_and_summed_up_and_what_is_unsure_waits(shops: Mapping[str, Shop]) -> None:
    shop = shops["reply_drafter"]
    assert values(await shop.fills("letters", "language")) == ["English", "English", "German", "English", "English"]
    moods = values(await shop.fills("letters", "mood"))
    assert (moods[0], moods[3]) == ("negative", "positive")
    assert all(len(one) > 40 for one in values(await shop.fills("letters", "in_short")))
    topics = await shop.fills("letters", "topic")
    assert topics[3].value == "praise" and all(one.state == "review" for one in topics), "the reader is not sure, and says so"


async def test_banners_are_drawn_in_three_sizes(shops: Mapping[str, Shop]) -> None:
    for field, size in (("wide", (1200, 624)), ("square", (1024, 1024)), ("story", (1024, 1536))):
        first = (await shops["ad_banners"].fills("ads", field, 1))[0]
        assert first.state == "written" and "Everything must bloom" in first.text, first
        with Image.open(io.BytesIO(first.pictures[0].content)) as drawn:
            assert drawn.size == size


async def test_a_digest_is_gathered_from_the_notes_of_its_day(shops: Mapping[str, Shop]) -> None:
    shop = shops["daily_digest"]
    digests = await shop.fills("digests", "digest")
    assert "opens at eight" in digests[0].text or "open at eight" in digests[0].text, digests[0]
    assert (digests[2].state, digests[2].problem) == ("refused", "There is nothing to read yet: Notes.Text is empty.")
    assert set(values(await shop.fills("notes", "urgent"))) <= {True, False}


@pytest.mark.parametrize("id", WITH_MODELS)
async def test_what_has_to_be_written_is_declined_with_what_to_do(shops: Mapping[str, Shop], id: str) -> None:
    spec = examples.load(id).spec
    asked = [(t.id, f.id) for t in spec.tables for f in t.fields if (fill := fill_of(f)) and fill.task in WRITES]
    for table, field in asked:
        for one in await shops[id].fills(table, field):
            assert one.state == "refused" and one.value is None, (field, one)
            assert "Connect a model" in (one.problem or "") or "nothing to read yet" in (one.problem or ""), one
