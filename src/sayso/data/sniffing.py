"""What a file is, by what is in it."""

from dataclasses import dataclass
from pathlib import Path

from sayso.data.pictures import size_of

HEAD_BYTES = 4_096
OTHER = "application/octet-stream"

OFFICE = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
TEXTS = {"csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json", "md": "text/markdown"}
MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    type: str
    width: int | None = None
    height: int | None = None


def sniffed(path: Path, name: str) -> Sniffed:
    """The type by the file's own bytes; its name only tells kinds of text and of office files apart."""
    if picture := size_of(path):
        form, width, height = picture
        return Sniffed(f"image/{form.lower()}", width, height)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = name.rpartition(".")[2].lower()
    if head.startswith(b"PK\x03\x04"):
        return Sniffed(OFFICE.get(ending, "application/zip"))
    if head[4:8] == b"ftyp":
        return Sniffed("video/mp4")
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return Sniffed(kind)
    return Sniffed(TEXTS.get(ending, "text/plain") if _is_text(head) else OTHER)


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True
