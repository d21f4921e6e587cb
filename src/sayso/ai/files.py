"""Files of a row as a model takes them: pictures scaled down, documents as text."""

from __future__ import annotations

import asyncio
import base64
import io
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from sayso.ai.inputs import Attachment
from sayso.ai.reading import READABLE, Document, document
from sayso.data.files import FileStore
from sayso.data.pictures import FORMATS, PIXELS_MAX
from sayso.gateway.gateway import Gateway

SEEN_PIXELS_MAX = 1_568
"""On the longer side; models scale larger pictures down themselves (Anthropic names 1,568; OpenAI cuts 2,048 into tiles of 512)."""
PICTURES_SENT_MAX = 8
PICTURE_BYTES_MAX = 50 * 1024 * 1024
JPEG_QUALITY = 85
TEXTS_KEPT_MAX = 64
"""Documents whose text is remembered: a trial reads each of them once a model."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What was read of a row's files: `texts` as (name, text), `pictures` as data URLs, `problems` as sentences."""

    texts: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Unreadable(Exception):
    """Why a file cannot be read, in a sentence."""


def store_of(gateway: Gateway) -> FileStore:
    """Where this installation keeps people's files."""
    return FileStore(gateway.home / "files")


async def read(gateway: Gateway, attachments: Sequence[Attachment]) -> Documents:
    """Whatever cannot be read is told in `problems`; nothing is raised."""
    texts, pictures, problems = list[tuple[str, str]](), list[str](), list[str]()
    for one in attachments:
        if one.use != "read":
            continue
        try:
            if one.is_picture:
                if len(pictures) < PICTURES_SENT_MAX:
                    pictures.append(await picture(gateway, one))
                else:
                    problems.append(f"{one.name} was left out: at most {PICTURES_SENT_MAX} pictures are sent with a row.")
            else:
                told = await _document(gateway, one)
                if told.text.strip():
                    texts.append((one.name, told.text))
                elif not told.pictures:
                    raise Unreadable(f"{one.name} holds no text.")
                pictures += told.pictures[: PICTURES_SENT_MAX - len(pictures)]
        except Unreadable as why:
            problems.append(str(why))
    return Documents(tuple(texts), tuple(pictures), tuple(problems))


async def picture(gateway: Gateway, one: Attachment) -> str:
    """As a data URL, turned upright, at most `SEEN_PIXELS_MAX` wide and high. Raises `Unreadable`."""
    path = await _path(gateway, one)
    content, type = await asyncio.to_thread(_scaled, path, one.name)
    return f"data:{type};base64,{base64.b64encode(content).decode()}"


async def content(gateway: Gateway, one: Attachment) -> bytes:
    """The file as it is. Raises `Unreadable`."""
    path = await _path(gateway, one)
    return await asyncio.to_thread(path.read_bytes)


async def _path(gateway: Gateway, one: Attachment) -> Path:
    path = store_of(gateway).path(one.sha256)
    if not await asyncio.to_thread(path.is_file):
        raise Unreadable(f"{one.name} is not there any more.")
    if one.is_picture and one.bytes > PICTURE_BYTES_MAX:
        raise Unreadable(f"{one.name} is larger than the {PICTURE_BYTES_MAX // 2**20} MB that are sent to a model.")
    return path


_kept: OrderedDict[str, Document] = OrderedDict()


async def _document(gateway: Gateway, one: Attachment) -> Document:
    if one.type not in READABLE:
        raise Unreadable(f"{one.name} is {one.type}, which Sayso cannot read; it reads PDF, Word, web pages, text and pictures.")
    path = await _path(gateway, one)
    if (known := _kept.get(one.sha256)) is not None:
        _kept.move_to_end(one.sha256)
        return known
    told = await document(path, one.type)
    if told.problem:
        raise Unreadable(f"{one.name} {told.problem}")
    if not told.pictures:
        _kept[one.sha256] = told
    while len(_kept) > TEXTS_KEPT_MAX:
        _kept.popitem(last=False)
    return told


def _scaled(path: Path, name: str) -> tuple[bytes, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > PIXELS_MAX:
                    raise Unreadable(f"{name} has too many pixels to be sent.")
                image.draft("RGB", (SEEN_PIXELS_MAX, SEEN_PIXELS_MAX))
                image.thumbnail((SEEN_PIXELS_MAX, SEEN_PIXELS_MAX))
                upright = ImageOps.exif_transpose(image)
                clear = upright.mode in ("RGBA", "LA", "P")
                out = io.BytesIO()
                if clear:
                    upright.convert("RGBA").save(out, "PNG")
                else:
                    upright.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
                return out.getvalue(), "image/png" if clear else "image/jpeg"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreadable(f"{name} is no picture that can be read.") from None
