"""What search engines read of a page: schema.org, as JSON-LD."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import orjson
from markupsafe import Markup

from sayso.models.compare.questions import Question
from sayso.models.listing import Listed
from sayso.models.model import Model
from sayso.web.pages.directory.shown import Shown

ITEMS_MAX = 30


def script(graph: Iterable[dict[str, Any]]) -> Markup:
    """Safe inside a page: no text of ours or theirs can end the element early."""
    text = orjson.dumps({"@context": "https://schema.org", "@graph": list(graph)}).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def crumbs(shown: Shown, *steps: tuple[str, str]) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": shown.url + path}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }


def questions(asked: Sequence[Question]) -> list[dict[str, Any]]:
    if not asked:
        return []
    entries = [
        {"@type": "Question", "name": one.question, "acceptedAnswer": {"@type": "Answer", "text": one.answer}} for one in asked
    ]
    return [{"@type": "FAQPage", "mainEntity": entries}]


def list_of_models(shown: Shown, rows: Sequence[Listed]) -> Markup:
    items = [
        {"@type": "ListItem", "position": place, "name": row.name, "url": f"{shown.url}/models/{row.id}"}
        for place, row in enumerate(islice(rows, ITEMS_MAX), 1)
    ]
    files = [
        {"@type": "DataDownload", "encodingFormat": media, "contentUrl": f"{shown.url}/models.{ending}"}
        for ending, media in (("json", "application/json"), ("csv", "text/csv"))
    ]
    return script(
        [
            crumbs(shown, ("Models", "/models")),
            {
                "@type": "Dataset",
                "name": "AI models: prices, limits and dates",
                "description": "Prices, context windows, abilities and shutdown dates of AI models, each figure with its source and date.",
                "url": f"{shown.url}/models",
                "dateModified": shown.directory.made.isoformat(),
                "license": "https://opensource.org/license/mit",
                "distribution": files,
            },
            {"@type": "ItemList", "numberOfItems": len(rows), "itemListElement": items},
        ]
    )


def model_page(shown: Shown, model: Model, description: str, asked: Sequence[Question]) -> Markup:
    about: dict[str, Any] = {
        "@type": "SoftwareApplication",
        "name": model.name,
        "applicationCategory": f"{model.type_name} model",
        "operatingSystem": "any",
        "identifier": model.id,
        "description": description,
        "url": f"{shown.url}/models/{model.id}",
        "publisher": {"@type": "Organization", "name": model.maker_name},
    }
    if model.released:
        about["datePublished"] = model.released.value
    return script(
        [
            crumbs(
                shown,
                ("Models", "/models"),
                (model.maker_name, f"/models/providers/{model.maker}"),
                (model.name, f"/models/{model.id}"),
            ),
            about,
            *questions(asked),
        ]
    )


def comparison_page(shown: Shown, title: str, address: str, description: str, asked: Sequence[Question]) -> Markup:
    return script(
        [
            crumbs(shown, ("Models", "/models"), ("Compare", "/compare"), (title, address)),
            {"@type": "WebPage", "name": title, "url": shown.url + address, "description": description},
            *questions(asked),
        ]
    )
