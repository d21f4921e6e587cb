"""`sayso/canvas` answers `/v1/images/generations` and `/v1/images/edits` in OpenAI's shapes. `revised_prompt` says what was drawn."""

import base64
import binascii
import re
import time
from typing import Any

from sayso.errors import Invalid, TooLarge
from sayso.gateway.builtin.canvas import drawing
from sayso.gateway.builtin.reader.answering import tokens
from sayso.gateway.refusals import Refused

NAME = "sayso/canvas"
_QUALITY = {"low": 70, "standard": 85, "medium": 85, "auto": 90, "high": 95, "hd": 95}

Value = dict[str, Any]


def answer(endpoint: str, body: Value) -> Value | list[Value]:
    """Raises `Refused` for what is no prompt or no picture, and for edits that it cannot do."""
    try:
        pictures = _edited(body) if endpoint == "images/edits" else _drawn(body)
    except Invalid as error:
        first = error.problems[0]
        raise Refused(
            f"'{first.path}' {first.reason}" if first.path else first.reason, 400, param=first.path or None, code="invalid_value"
        ) from None
    except TooLarge as error:
        raise Refused(str(error), 400, param="image", code="too_large") from None
    format, transparent = _format(body), body.get("background") == "transparent"
    used = tokens(_prompt(body))
    about: Value = {
        "created": int(time.time()),
        "background": "transparent" if transparent else "opaque",
        "output_format": format,
        "quality": str(body.get("quality") or "auto"),
        "size": f"{pictures[0].width}x{pictures[0].height}",
        "usage": {
            "input_tokens": used,
            "input_tokens_details": {"text_tokens": used, "image_tokens": 0},
            "output_tokens": 0,
            "total_tokens": used,
        },
    }
    shown = [base64.b64encode(one.content).decode() for one in pictures]
    if body.get("stream") in (True, "true", "1"):
        return _events(endpoint, shown, about, body.get("partial_images"))
    as_url = body.get("response_format") == "url"
    data = [
        {"url": f"data:image/{format};base64,{one}"} if as_url else {"b64_json": one}
        for one in shown
    ]  # fmt: skip
    return {
        **about,
        "data": [{**one, "revised_prompt": picture.told} for one, picture in zip(data, pictures, strict=True)],
        "model": NAME,
    }


def _events(endpoint: str, shown: list[str], about: Value, partial: Any) -> list[Value]:
    """Drawing has no half-done pictures: a partial one, where it is asked for, is the whole."""
    kind = "image_edit" if endpoint == "images/edits" else "image_generation"
    common = {key: about[key] for key in ("background", "output_format", "quality", "size")}
    events: list[Value] = []
    for one in shown:
        if partial:
            events.append(
                {
                    "type": f"{kind}.partial_image",
                    "partial_image_index": 0,
                    "b64_json": one,
                    "created_at": about["created"],
                    **common,
                }
            )
        events.append(
            {"type": f"{kind}.completed", "b64_json": one, "created_at": about["created"], "usage": about["usage"], **common}
        )
    return events


def _drawn(body: Value) -> list[drawing.Picture]:
    prompt = _prompt(body)
    return drawing.draw(
        prompt,
        size=drawing.size_of(_size(body), prompt),
        n=_many(body),
        transparent=body.get("background") == "transparent",
        format=_format(body),
        quality=_quality(body),
    )


def _edited(body: Value) -> list[drawing.Picture]:
    images = _pictures(body.get("image") if body.get("image") is not None else body.get("images"), "image")
    masks = _pictures(body.get("mask"), "mask") if body.get("mask") is not None else []
    size = _size(body)
    one = drawing.edit(
        _prompt(body),
        images,
        masks[0] if masks else None,
        size=drawing.size_of(size) if size and size != "auto" else None,
        transparent=body.get("background") == "transparent",
        format=_format(body),
        quality=_quality(body),
    )
    return [one] * _many(body)


def _pictures(given: Any, name: str) -> list[bytes]:
    """Files of a form are bytes; in JSON a picture is a data URL or an object with one."""
    found: list[bytes] = []
    for one in given if isinstance(given, list) else [given]:
        url = one.get("image_url", one.get("b64_json")) if isinstance(one, dict) else one
        if isinstance(url, dict):
            url = url.get("url")
        if isinstance(url, bytes):
            found.append(url)
        elif isinstance(url, str) and not url.startswith("http"):
            try:
                found.append(base64.b64decode(url.partition("base64,")[2] or url, validate=True))
            except (binascii.Error, ValueError):
                raise Refused(f"'{name}' is no picture: its base64 is broken.", 400, param=name) from None
        else:
            raise Refused(f"'{name}' is a file, or a data URL; sayso/canvas fetches nothing.", 400, param=name)
    return found


def _prompt(body: Value) -> str:
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refused("'prompt' says what to draw.", 400, param="prompt")
    return prompt


def _size(body: Value) -> str | None:
    size = body.get("size")
    if size is not None and not isinstance(size, str):
        raise Refused("'size' is a text such as 1536x1024.", 400, param="size")
    return size


def _many(body: Value) -> int:
    n = body.get("n") if body.get("n") not in (None, "") else 1
    if isinstance(n, str) and re.fullmatch(r"\d{1,2}", n):
        n = int(n)
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= drawing.PICTURES_MAX:
        raise Refused(f"'n' is a number from 1 to {drawing.PICTURES_MAX}.", 400, param="n")
    return n


def _format(body: Value) -> drawing.Format:
    """PNG; for a transparent picture never JPEG, which has no such thing."""
    found = body.get("output_format") or "png"
    for format in drawing.FORMATS:
        if found == format:
            if format == "jpeg" and body.get("background") == "transparent":
                raise Refused("A transparent background needs png or webp.", 400, param="output_format")
            return format
    raise Refused("'output_format' is png, jpeg or webp.", 400, param="output_format")


def _quality(body: Value) -> int:
    given = body.get("output_compression")
    given = int(given) if isinstance(given, str) and given.isdigit() else given
    if isinstance(given, int) and not isinstance(given, bool):
        return max(1, min(100, given))
    return _QUALITY.get(str(body.get("quality") or "auto"), 90)
