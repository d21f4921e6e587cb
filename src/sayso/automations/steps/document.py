"""A document from a template, as PDF or as one HTML file."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.papers import markup, page, pdf
from sayso.automations.steps import outward
from sayso.automations.steps.made import MakingStep, file_name, kept
from sayso.automations.steps.step import Doing, Done, Output, StepFailed
from sayso.spec.automation import Document as Step

NAME_CHARACTERS_MAX = 120
PICTURES_MAX = 40


class Document(MakingStep):
    kind = "document"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("file", "The document", "file"),
            Output("text", "Its words"),
            *((Output("pages", "Pages", "number"),) if step.format == "pdf" else ()),
        )

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        html = step.written_in == "html"
        text = writing.html(step.template) if html else writing.markdown(step.template)
        if not text.strip():
            raise StepFailed("The document is empty.")
        return {"name": writing.line(step.file_name, NAME_CHARACTERS_MAX), "text": text}

    async def made(self, tx: AsyncConnection, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        html = markup.safe(prepared["text"]) if step.written_in == "html" else markup.from_markdown(prepared["text"])
        pictures = {id: (await outward.content_of(doing, id))[1:] for id in markup.pictures_in(html)[:PICTURES_MAX]}
        name = file_name(prepared["name"], doing.run.name, step.format)
        title = name.rpartition(".")[0]
        words = markup.plain(html)
        if step.format == "html":
            file = await kept(tx, doing, name, page.page(html, title=title, pictures=pictures))
            return Done({"file": file, "text": words}, f"Made {file['name']}.")
        try:
            printed = await asyncio.to_thread(pdf.pdf, html, title=title, footer=f"{title} · {doing.app.name}", pictures=pictures)
        except ValueError as error:
            raise StepFailed(f"{name} {error}.") from None
        file = await kept(tx, doing, name, printed.content)
        lost = f" {printed.left_out:,} characters are not in its typeface and were left out." if printed.left_out else ""
        said = f"Made {file['name']} with {printed.pages} {'page' if printed.pages == 1 else 'pages'}.{lost}"
        return Done({"file": file, "text": words, "pages": printed.pages}, said)
