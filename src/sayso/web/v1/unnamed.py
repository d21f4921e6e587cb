"""Requests that name no model, where OpenAI lets them: they get the one that the owner has put into the slot, or OpenAI's own default."""

import re

import orjson

from sayso.web.v1.request import Request

SLOTS = {
    "images/generations": "image",
    "images/edits": "image",
    "images/variations": "image",
    "responses": "text",
    "responses/input_tokens": "text",
}
MODERATION = "omni-moderation-latest"
NAMED = re.compile(rb'"model"\s*:|name="model"')


def with_model(request: Request, body: bytes) -> bytes:
    """The body with a model in it; as it was, when there is one already or none to be had."""
    if NAMED.search(body) is not None:
        return body
    slot = SLOTS.get(request.endpoint)
    workspace = request.gateway.workspace(request.workspace)
    model = workspace.slot_or_none(slot) if slot else MODERATION if request.endpoint == "moderations" else None
    if model is None:
        return body
    if request.content_type.startswith(b"multipart/"):
        found = re.search(rb'boundary="?([^";,]{1,70})"?', request.content_type)
        if found is None:
            return body
        return b'--%s\r\nContent-Disposition: form-data; name="model"\r\n\r\n%s\r\n%s' % (found[1], model.encode(), body)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    return orjson.dumps({**value, "model": model}) if isinstance(value, dict) else body
