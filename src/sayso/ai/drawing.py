"""Pictures: made from a prompt, or by changing a picture of the row."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import files, instructions
from sayso.ai.asking import Used, ask
from sayso.ai.files import Unreadable
from sayso.ai.inputs import Attachment, Inputs
from sayso.ai.job import Job
from sayso.ai.outcome import Made, Outcome
from sayso.data import files as kept_files
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.spec.fields import Picture
from sayso.team.actor import Actor

PROMPT_CHARACTERS_MAX = 8_000
REFERENCES_MAX = 4
DECODED_BYTES_MAX = 40 * 1024 * 1024
_OPTIONAL = ("quality", "background", "output_format", "n", "size")
"""Settings that a model may not know: it is asked once more without the one that it complains of."""
_TYPES = (
    (b"\x89PNG", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"RIFF", "image/webp", "webp"),
    (b"GIF8", "image/gif", "gif"),
)


async def do(gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, used: Used) -> Outcome:
    """The pictures, not kept anywhere yet. Raises `Refused`."""
    picture = job.settings.picture or Picture()
    prompt = _prompt(job, inputs, picture)
    starts = [a for a in inputs.attachments if a.is_picture and a.use != "mask"][:REFERENCES_MAX]
    masks = [a for a in inputs.attachments if a.is_picture and a.use == "mask"][:1]
    if not prompt and not inputs.values:
        return Outcome("refused", problem="The prompt says nothing to draw.")
    if _is_bare(job, inputs):
        return Outcome("refused", problem="There is nothing to draw from yet: the fields that the prompt names are empty.")
    if job.task == "edit_image" and not starts:
        return Outcome("refused", problem="There is no picture yet to start from.")
    try:
        edits = bool(starts) and (job.task == "edit_image" or picture.reference is not None)
        answer = await (
            _edited(gateway, caller, job, prompt, picture, starts, masks, used)
            if edits
            else _drawn(gateway, caller, job, prompt, picture, used)
        )
    except Unreadable as why:
        return Outcome("refused", problem=str(why))
    made = _made(answer, job)
    if not made:
        return Outcome("failed", problem="The model answered without a picture that can be kept.", attempts=1)
    told = "; ".join(
        dict.fromkeys(str(one.get("revised_prompt") or "") for one in answer["data"] if isinstance(one, dict))
    ).strip("; ")
    return Outcome("written", None, told or prompt, attempts=1, pictures=made)


async def keep(tx: AsyncConnection, gateway: Gateway, outcome: Outcome, *, by: Actor) -> Outcome:
    """The outcome with its pictures stored as files of the installation and their ids as its value."""
    if not outcome.pictures:
        return outcome
    store = files.store_of(gateway)
    kept = [await kept_files.store(tx, store, one.name, _once(one.content), by=by) for one in outcome.pictures]
    return replace(outcome, value=[one.id for one in kept], pictures=())


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _is_bare(job: Job, inputs: Inputs) -> bool:
    """Whether the prompt lives from fields that are all empty."""
    return "{" in job.prompt and not inputs.attachments and bool(inputs.values) and not any(v.text.strip() for v in inputs.values)


def _prompt(job: Job, inputs: Inputs, picture: Picture) -> str:
    said = instructions.filled(job.prompt, inputs)
    if "{" not in job.prompt and not said:
        said = ". ".join(f"{v.name}: {v.text}" for v in inputs.values if v.text.strip())
    style = f"\nStyle: {picture.style}." if picture.style else ""
    return f"{said}{style}"[:PROMPT_CHARACTERS_MAX].strip()


def _settings(job: Job, picture: Picture) -> dict[str, Any]:
    clear = {"background": "transparent", "output_format": "png"} if picture.background == "transparent" else {}
    background = {"background": picture.background} if picture.background == "opaque" else clear
    size = {"size": picture.size} if picture.size != "auto" else {}
    quality = {"quality": picture.quality} if picture.quality != "auto" else {}
    return {"model": job.model, "n": picture.count, **size, **quality, **background}


def _as_bytes(gateway: Gateway, caller: Caller, model: str) -> dict[str, str]:
    """DALL-E answers with addresses unless it is told otherwise; later models know no such setting."""
    name = gateway.plan(caller, model).routes[0].model
    return {"response_format": "b64_json"} if "dall-e" in name else {}


async def _drawn(gateway: Gateway, caller: Caller, job: Job, prompt: str, picture: Picture, used: Used) -> dict[str, Any]:
    body = {**_settings(job, picture), **_as_bytes(gateway, caller, job.model), "prompt": prompt}
    try:
        return await ask(gateway, caller, "images/generations", body, used)
    except Refused as error:
        return await ask(gateway, caller, "images/generations", _without(body, error), used)


async def _edited(
    gateway: Gateway, caller: Caller, job: Job, prompt: str, picture: Picture, starts: Sequence[Attachment], masks: Sequence[Attachment], used: Used
) -> dict[str, Any]:  # fmt: skip
    contents = [("image[]" if len(starts) > 1 else "image", a, await files.content(gateway, a)) for a in starts]
    contents += [("mask", a, await files.content(gateway, a)) for a in masks]
    settings = {**_settings(job, picture), "prompt": prompt}
    try:
        raw, type = _form(settings, contents)
        return await ask(gateway, caller, "images/edits", raw, used, type)
    except Refused as error:
        raw, type = _form(_without(settings, error), contents)
        return await ask(gateway, caller, "images/edits", raw, used, type)


def _without(settings: dict[str, Any], error: Refused) -> dict[str, Any]:
    """Without the settings that the model complains of; raises the complaint again when there is none such."""
    said = f"{error} {error.param or ''}".casefold()
    wrong = [name for name in _OPTIONAL if name in settings and re.search(rf"\b{name}\b", said)]
    if error.status not in (400, 422) or not wrong:
        raise error
    return {name: value for name, value in settings.items() if name not in wrong}


def _form(settings: dict[str, Any], contents: Sequence[tuple[str, Attachment, bytes]]) -> tuple[bytes, bytes]:
    """A multipart form and its type."""
    mark = f"sayso-{secrets.token_hex(16)}".encode()
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (mark, name.encode(), str(value).encode())
        for name, value in settings.items()
    ]
    for number, (name, file, content) in enumerate(contents):
        ending = file.type.rpartition("/")[2].encode()
        head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%d.%s"\r\nContent-Type: %s\r\n\r\n'
        parts.append(head % (mark, name.encode(), number, ending, file.type.encode()) + content + b"\r\n")
    return b"".join(parts) + b"--%s--\r\n" % mark, b"multipart/form-data; boundary=" + mark


def _made(answer: dict[str, Any], job: Job) -> tuple[Made, ...]:
    """Pictures in the answer itself; addresses are not followed, so that an answer cannot make us call anywhere."""
    found: list[Made] = []
    data = answer.get("data")
    stem = re.sub(r"[^a-z0-9]+", "-", (job.output.name if job.output else "picture").lower()).strip("-") or "picture"
    for number, one in enumerate(data if isinstance(data, list) else (), 1):
        raw = one.get("b64_json") or str(one.get("url") or "") if isinstance(one, dict) else ""
        content = _bytes(raw)
        known = next((k for k in _TYPES if content.startswith(k[0])), None)
        if known is not None:
            found.append(Made(f"{stem}-{number}.{known[2]}", known[1], content))
    return tuple(found)


def _bytes(raw: Any) -> bytes:
    text = str(raw).partition("base64,")[2] if str(raw).startswith("data:") else str(raw)
    if text.startswith("http") or len(text) > DECODED_BYTES_MAX * 4 // 3:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
