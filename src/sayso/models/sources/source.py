"""Who is quoted, and under which licence. Versions of packages are filled in when the directory is made."""

from typing import Any

SOURCES: tuple[dict[str, Any], ...] = (
    {
        "id": "genai-prices",
        "name": "genai-prices",
        "url": "https://github.com/pydantic/genai-prices",
        "version": "",
        "date": "2026-11-10",
        "retrieved": "2026-11-22",
        "licence": "MIT",
    },
    {
        "id": "litellm",
        "name": "LiteLLM price table",
        "url": "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        "version": "",
        "date": "2026-11-12",
        "retrieved": "2026-11-22",
        "licence": "MIT",
    },
    {
        "id": "models.dev",
        "name": "models.dev",
        "url": "https://models.dev",
        "version": "stored copy of the repository anomalyco/models.dev",
        "date": "2026-11-22",
        "retrieved": "2026-11-22",
        "licence": "MIT",
    },
    {
        "id": "maker",
        "name": "the maker's own documentation",
        "url": "",
        "version": "",
        "date": "2026-11-22",
        "retrieved": "2026-11-22",
        "licence": "quoted facts",
    },
    {
        "id": "portkey",
        "name": "Portkey Models",
        "url": "https://github.com/Portkey-AI/models",
        "version": "",
        "date": "2026-08-21",
        "retrieved": "2026-11-22",
        "licence": "MIT",
    },
    {
        "id": "fal",
        "name": "fal price list",
        "url": "https://fal.ai/pricing",
        "version": "as in the LiteLLM price table 1.109.1",
        "date": "2026-11-12",
        "retrieved": "2026-11-22",
        "licence": "MIT (LiteLLM)",
    },
    {
        "id": "computed",
        "name": "computed by Sayso",
        "url": "",
        "version": "",
        "date": "2026-11-22",
        "retrieved": "2026-11-22",
        "licence": "Apache-2.0",
    },
)
