"""LiteLLM's public price table (MIT), read into our own shape. The package itself is never a dependency.

A row of ours: `{"name", "provider", "key", "type", "prices": {price key: amount}, "variants": {"batch": {…}}, "tiers": {key: [[above, amount]]},
"max_input", "max_output", "shutdown", "url", "endpoints", "inputs", "outputs", "can": {ability: bool}}`; amounts are dollars as
strings, per million tokens, per thousand searches and so on, as the price keys of `prices.py` say. What the table does not say is absent, and so is every 0, which
it uses for what it does not know.
"""

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from sayso.models.providers import BY_LITELLM

MILLION = Decimal(1_000_000)
EXACT = Context(prec=12)
"""The table's floats carry noise after that, such as 1.3200000000000002e-07."""
AMOUNTS: dict[str, tuple[str, Decimal]] = {
    "input_cost_per_token": ("input_mtok", MILLION),
    "output_cost_per_token": ("output_mtok", MILLION),
    "cache_read_input_token_cost": ("cache_read_mtok", MILLION),
    "cache_creation_input_token_cost": ("cache_write_mtok", MILLION),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h_mtok", MILLION),
    "input_cost_per_image_token": ("input_image_mtok", MILLION),
    "output_cost_per_image_token": ("output_image_mtok", MILLION),
    "cache_read_input_image_token_cost": ("cache_image_read_mtok", MILLION),
    "input_cost_per_audio_token": ("input_audio_mtok", MILLION),
    "output_cost_per_audio_token": ("output_audio_mtok", MILLION),
    "cache_read_input_audio_token_cost": ("cache_audio_read_mtok", MILLION),
    "input_cost_per_video_token": ("input_video_mtok", MILLION),
    "output_cost_per_video_token": ("output_video_mtok", MILLION),
    "input_cost_per_character": ("input_mchars", MILLION),
    "output_cost_per_image": ("image", Decimal(1)),
    "input_cost_per_second": ("audio_hours", Decimal(3600)),
    "output_cost_per_second": ("audio_hours", Decimal(3600)),
    "output_cost_per_video_per_second": ("video_seconds", Decimal(1)),
    "input_cost_per_query": ("rerank_searches_kcount", Decimal(1000)),
    "ocr_cost_per_page": ("input_document_kpages", Decimal(1000)),
}
VARIANTS = {"_batches": "batch", "_flex": "flex", "_priority": "priority"}
TIER = re.compile(r"_above_(\d+)k_tokens$")
TYPES = {
    "chat": "text",
    "responses": "text",
    "completion": "text",
    "image_generation": "image",
    "image_edit": "image",
    "embedding": "embedding",
    "audio_transcription": "transcription",
    "audio_speech": "speech",
    "realtime": "realtime",
    "video_generation": "video",
    "rerank": "rerank",
    "moderation": "moderation",
    "ocr": "ocr",
}
CAN = {
    "supports_vision": "vision",
    "supports_pdf_input": "pdf",
    "supports_audio_input": "audio_in",
    "supports_audio_output": "audio_out",
    "supports_video_input": "video_in",
    "supports_function_calling": "tools",
    "supports_parallel_function_calling": "parallel_tools",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_prompt_caching": "prompt_caching",
    "supports_web_search": "web_search",
    "supports_computer_use": "computer_use",
    "supports_system_messages": "system_messages",
}
OPENAI_SHAPED = frozenset(
    {"openai", "azure", "azure-ai", "xai", "deepseek", "mistral", "meta", "perplexity", "groq", "together", "fireworks"}
)
"""Whose own addresses are OpenAI's; for others the table names those of LiteLLM's proxy."""
DATE = re.compile(r"^20\d\d-\d\d-\d\d$")
IMAGE_ROW = re.compile(r"^(?:(low|medium|high|xhigh|max|standard|hd|auto)/)?(\d+)-x-(\d+)/(.+)$")
PROVIDER_PREFIX = re.compile(r"^(?:[a-z_0-9]+)/")


def trimmed(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the providers that we show, in our own shape, in the table's order. Rows that make no sense are left out."""
    rows: list[dict[str, Any]] = []
    for name, raw in table.items():
        if isinstance(raw, dict) and (row := _row(name, raw)):
            rows.append(row)
    return rows


def _row(key: str, raw: dict[str, Any]) -> dict[str, Any] | None:
    provider = BY_LITELLM.get(str(raw.get("litellm_provider")))
    kind = TYPES.get(str(raw.get("mode")))
    if provider is None or kind is None or key.startswith("ft:") or "/ft:" in key:
        return None
    row: dict[str, Any] = {"key": key, "provider": provider.id, "type": kind}
    if image := IMAGE_ROW.match(key):
        return _image(row, image, raw)
    if "-x-" in key:
        return None
    row["name"] = _name(key, str(raw["litellm_provider"]))
    row |= _prices(raw)
    for ours, theirs in (("max_input", "max_input_tokens"), ("max_output", "max_output_tokens")):
        if isinstance(raw.get(theirs), int | float) and raw[theirs] > 0:
            row[ours] = int(raw[theirs])
    if DATE.match(str(raw.get("deprecation_date"))):
        row["shutdown"] = raw["deprecation_date"]
    if str(raw.get("source", "")).startswith("https://"):
        row["url"] = raw["source"]
    for ours, theirs in (
        *([("endpoints", "supported_endpoints")] if provider.id in OPENAI_SHAPED else []),
        ("inputs", "supported_modalities"),
        ("outputs", "supported_output_modalities"),
    ):
        if isinstance(raw.get(theirs), list) and raw[theirs]:
            row[ours] = [str(item) for item in raw[theirs]]
    if not row.keys() & {"prices", "max_input", "max_output"}:
        return None
    can = {ours: raw[theirs] for theirs, ours in CAN.items() if isinstance(raw.get(theirs), bool)}
    if kind == "image":
        can.pop("pdf", None)  # said of all that takes files; the makers' own pages name pictures only
    return row | ({"can": can} if can else {})


def _image(row: dict[str, Any], image: re.Match[str], raw: dict[str, Any]) -> dict[str, Any] | None:
    """A row such as `low/1024-x-1024/gpt-image-1`: the price of one picture of that quality and size."""
    amount = raw.get("input_cost_per_image") or raw.get("output_cost_per_image")
    if not amount:
        return None
    quality, width, height, name = image.groups()
    return row | {"name": name, "quality": quality or "auto", "size": f"{width}x{height}", "image": dollars(amount, Decimal(1))}


def _name(key: str, litellm_provider: str) -> str:
    """`gemini/gemini-4-argon` is the model `gemini-4-argon`; the prefix is LiteLLM's own way to tell providers apart."""
    prefix = key.partition("/")[0]
    known = {
        litellm_provider,
        "mistral",
        "codestral",
        "cohere",
        "amazon-nova",
        "vertex_ai",
        "bedrock",
        "azure_ai",
        "azure",
        "dashscope",
    }
    return key[len(prefix) + 1 :] if "/" in key and prefix in known else key


def _prices(raw: dict[str, Any]) -> dict[str, Any]:
    video = raw.get("mode") == "video_generation"
    prices: dict[str, str] = {}
    variants: dict[str, dict[str, str]] = {}
    tiers: dict[str, list[list[Any]]] = {}
    for field, amount in raw.items():
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            continue
        rest, variant = next(((field.removesuffix(s), v) for s, v in VARIANTS.items() if field.endswith(s)), (field, None))
        tier = TIER.search(rest)
        key, per = AMOUNTS.get(rest[: tier.start()] if tier else rest, (None, MILLION))
        if video and key == "audio_hours":
            key, per = "video_seconds", Decimal(1)
        if key is None or amount == 0:
            continue
        text = dollars(amount, per)
        if tier and not variant:
            tiers.setdefault(key, []).append([int(tier[1]) * 1000, text])
        elif variant and not tier:
            variants.setdefault(variant, {})[key] = text
        elif not variant:
            prices.setdefault(key, text)
    found: dict[str, Any] = {}
    if prices:
        found["prices"] = prices
        if variants:
            found["variants"] = variants
        if tiers:
            found["tiers"] = {key: sorted(steps) for key, steps in tiers.items()}
    return found


def dollars(amount: float | int | str, per: Decimal) -> str:
    """`4.4e-06` a token as `4.4` a million. The table's floats are short decimals, so their shortest text is what was meant."""
    try:
        exact = EXACT.create_decimal(repr(amount) if isinstance(amount, int | float) else amount) * per
    except InvalidOperation:
        raise ValueError(f"{amount!r} is no amount") from None
    return f"{exact.normalize():f}"
