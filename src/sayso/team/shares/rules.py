"""How a share behaves: what its maker chose beside what is shown."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

ORIGINS_MAX = 20
ROWS_MAX = 10_000
ROWS_USUAL = 1_000
ANSWERS_MAX = 1_000_000
FILE_MB_MAX = 50
FILES_MAX = 10
URL_CHARACTERS_MAX = 2_000

FileKind = Literal["image", "pdf", "document", "any"]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


def _secure(url: str) -> str:
    url = url.strip()
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not url.isascii() or not url.isprintable():
        raise ValueError("begins with https:// and names a page, such as https://www.example.com/thanks")
    if any(c in url for c in "\\ \"'<>;,"):
        raise ValueError("holds a character that an address cannot hold")
    return url


def origin(text: str) -> str:
    """`https://www.example.com`, as browsers say it: no path, no `*`, the usual port left out."""
    said = text.strip().lower().rstrip("/")
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        raise ValueError("is no site, such as https://www.example.com") from None
    host = parts.hostname or ""
    plain = all(c.isascii() and (c.isalnum() or c in ".-[]:") for c in host)
    if (
        parts.scheme not in ("https", "http")
        or not host
        or not plain
        or parts.username is not None
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ValueError("is a whole site without a path, such as https://www.example.com")
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(origin)]
Secure = Annotated[str, StringConstraints(max_length=URL_CHARACTERS_MAX), AfterValidator(_secure)]


class FileRules(_Rules):
    """Which files strangers may send with a form. The kind is what is in a file, never what its name claims."""

    kinds: Annotated[tuple[FileKind, ...], Field(min_length=1, max_length=4)] = ("any",)
    mb_max: Annotated[int, Field(ge=1, le=FILE_MB_MAX)] = 25
    count_max: Annotated[int, Field(ge=1, le=FILES_MAX)] = FILES_MAX
    """Of one question."""


class FormRules(_Rules):
    closes_at: AwareDatetime | None = None
    answers_max: Annotated[int, Field(ge=1, le=ANSWERS_MAX)] | None = None
    once: bool = False
    """A browser that has sent an answer is not asked again. Whoever takes another one is: only signing in tells people apart."""
    thanks: Annotated[str, StringConstraints(max_length=4_000)] = ""
    """Empty: what the form itself says."""
    redirect: Secure = ""
    """Where the browser goes afterwards, instead of the thanks."""
    files: FileRules = FileRules()


class RowRules(_Rules):
    search: bool = False
    sort: bool = True
    download: bool = False
    rows_max: Annotated[int, Field(ge=1, le=ROWS_MAX)] = ROWS_USUAL


class Rules(_Rules):
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    """Of the page and its preview elsewhere; empty: the view's name."""
    origins: Annotated[tuple[Origin, ...], Field(max_length=ORIGINS_MAX)] = ()
    """Sites that may show it inside a page of theirs. None: nobody may."""
    form: FormRules = FormRules()
    rows: RowRules = RowRules()
