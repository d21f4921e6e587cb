"""`sayso/embed` answers `/v1/embeddings`: OpenAI's shape, as numbers or base64, tokens counted by the true word pieces."""

import base64
from typing import Any

import numpy as np

from sayso.errors import Unavailable
from sayso.gateway.builtin import embedding
from sayso.gateway.refusals import Refused

NAME = "sayso/embed"
INPUTS_MAX = 2_048
CHARACTERS_MAX = 2_000_000
"""Of all inputs together."""


def embeddings(endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
    """Raises `Refused` for what is no text, or too much of it, and when the language model has not been fetched."""
    texts = _texts(body.get("input"))
    width = _width(body.get("dimensions"))
    as_base64 = body.get("encoding_format") == "base64"
    try:
        model = embedding.language_model()
    except Unavailable as error:
        raise Refused(str(error), 503, code="model_not_ready") from None
    pieces = [model.wordpiece.tokens(text) for text in texts]
    vectors = model.embed_tokens(pieces)
    if width < embedding.WIDTH:
        vectors = vectors[:, :width]
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    shown = [base64.b64encode(np.ascontiguousarray(v, "<f4").tobytes()).decode() if as_base64 else v.tolist() for v in vectors]
    used = sum(len(tokens) - 2 for tokens in pieces)
    return {
        "object": "list",
        "model": NAME,
        "data": [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(shown)],
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def _texts(given: Any) -> list[str]:
    texts: list[Any] = given if isinstance(given, list) else [given]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise Refused(
            "'input' is a text, or a list of texts; sayso/embed does not know other models' tokens.", 400, param="input"
        )
    if any(not text for text in texts):
        raise Refused("'input' cannot be an empty string.", 400, param="input")
    if len(texts) > INPUTS_MAX or sum(map(len, texts)) > CHARACTERS_MAX:
        raise Refused(
            f"'input' holds at most {INPUTS_MAX:,} texts and {CHARACTERS_MAX:,} characters in one call.",
            400,
            param="input",
            code="too_long",
        )
    return texts


def _width(given: Any) -> int:
    if given is None:
        return embedding.WIDTH
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= embedding.WIDTH:
        raise Refused(f"'dimensions' is a number from 1 to {embedding.WIDTH}.", 400, param="dimensions")
    return given
