"""GitHub: issues, pull requests, releases and commits of repositories. As its public REST reference says (docs.github.com/rest, 2022-11-28)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from sayso.connections import fetching
from sayso.connections.kind import Credentials, FormField, Kind
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Column, Place, Row, SourceFailed, Wanted

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ADDRESS = "https://api.github.com"
PAGE = 100
UPDATED = "updated_at"
_ISSUE = (
    "number",
    "title",
    "state",
    "author",
    "assignees",
    "labels",
    "milestone",
    "comments",
    "created_at",
    UPDATED,
    "closed_at",
    "url",
    "body",
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "issues": _ISSUE,
    "pulls": ("number", "title", "state", "author", "assignees", "labels", "draft", "branch", "into", "created_at", UPDATED, "merged_at", "url", "body"),
    "releases": ("id", "tag", "name", "author", "draft", "prerelease", "created_at", "published_at", "url", "body"),
    "commits": ("sha", "message", "author", "email", "date", "url"),
}  # fmt: skip
KEYS = {"issues": "number", "pulls": "number", "releases": "id", "commits": "sha"}
KINDS = {
    "number": "number",
    "id": "number",
    "comments": "number",
    "draft": "checkbox",
    "prerelease": "checkbox",
    "url": "url",
    "body": "long_text",
    "message": "long_text",
    "date": "datetime",
}


class GitHubReader:
    """`what` is a repository and what of it: `northlight/shop/issues`."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        repositories = await fetching.got_json(connections, opened, "user/repos", {"per_page": PAGE, "sort": "updated"})
        names = [r["full_name"] for r in repositories if search.casefold() in r["full_name"].casefold()]
        return [_place(f"{name}/{kind}") for name in names for kind in COLUMNS]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        repository, kind = _parts(what)
        page = await fetching.got_json(connections, opened, f"repos/{repository}/{kind}", {**_asked(kind), "per_page": 20})
        columns = tuple(Column(n, "", _kind(n), n == KEYS[kind]) for n in COLUMNS[kind])
        place = _place(what)
        rows = [_row(kind, one) for one in page if _is(kind, one)]
        return Place(what, place.name, place.kind, place.detail, None, place.key, place.cursors, columns=columns).with_sample(
            rows
        )

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        repository, kind = _parts(wanted.what)
        since = {"since": wanted.since} if kind == "issues" and wanted.cursor == UPDATED and wanted.since else {}
        url: str | None = f"repos/{repository}/{kind}"
        query: dict[str, Any] | None = {**_asked(kind), "per_page": PAGE, **since}
        newest = wanted.since
        for _ in range(fetching.PAGES_MAX):
            answered = await fetching.got(connections, opened, url, query)
            page: Any = answered.json()
            rows = tuple(_row(kind, one) for one in page if _is(kind, one))
            newest = max([r[UPDATED] for r in rows if r.get(UPDATED)] + ([newest] if newest else []), default=None)
            yield Batch(rows, since=newest if kind == "issues" else None)
            url, query = fetching.next_page(answered), None
            if url is None:
                return
        raise SourceFailed(f"{opened.name} gave more than {fetching.PAGES_MAX:,} pages.")


def _parts(what: str) -> tuple[str, str]:
    repository, _, kind = what.rpartition("/")
    if (
        kind not in COLUMNS
        or repository.count("/") != 1
        or not all(c.isalnum() or c in "-_./" for c in repository)
        or ".." in repository
    ):
        raise SourceFailed(f"A repository and one of {', '.join(COLUMNS)} are needed, such as northlight/shop/issues.")
    return repository, kind


def _asked(kind: str) -> dict[str, Any]:
    return {"state": "all", "sort": "updated", "direction": "asc"} if kind in ("issues", "pulls") else {}


def _is(kind: str, one: Mapping[str, Any]) -> bool:
    """GitHub lists pull requests among the issues."""
    return kind != "issues" or "pull_request" not in one


def _place(what: str) -> Place:
    repository, _, kind = what.rpartition("/")
    cursors = (UPDATED,) if kind == "issues" else ()
    return Place(what, f"{repository.rpartition('/')[2]} {kind}", "list", repository, None, (KEYS.get(kind, "id"),), cursors)


def _kind(name: str) -> str:
    return "datetime" if name.endswith("_at") else KINDS.get(name, "text")


def _row(kind: str, one: Mapping[str, Any]) -> Row:
    commit = one.get("commit") or {}
    by = one.get("user") or one.get("author") or {}
    told: Row = {
        **{k: v for k, v in one.items() if isinstance(v, str | int | float | bool)},
        "author": by.get("login") or (commit.get("author") or {}).get("name"),
        "assignees": ", ".join(a["login"] for a in one.get("assignees") or []) or None,
        "labels": ", ".join(str(label.get("name")) for label in one.get("labels") or []) or None,
        "milestone": (one.get("milestone") or {}).get("title"),
        "branch": (one.get("head") or {}).get("ref"),
        "into": (one.get("base") or {}).get("ref"),
        "tag": one.get("tag_name"),
        "message": commit.get("message"),
        "email": (commit.get("author") or {}).get("email"),
        "date": (commit.get("author") or {}).get("date"),
        "url": one.get("html_url"),
    }
    return {name: told.get(name) for name in COLUMNS[kind]}


def _credentials(opened: Opened) -> Credentials:
    return Credentials(
        (("Authorization", f"Bearer {opened.secret('token')}"), ("X-GitHub-Api-Version", "2022-11-28"), ("Accept", "application/vnd.github+json"))
    )  # fmt: skip


async def test(connections: Connections, opened: Opened) -> str:
    who = await fetching.got_json(connections, opened, "user")
    return f"GitHub knows this token as {who.get('login')}."


READER = GitHubReader()
KIND = Kind(
    "github",
    "GitHub",
    "github",
    ("rows",),
    "Issues, pull requests, releases and commits of repositories.",
    (
        FormField("token", "Personal access token", "secret", required=True, help="A fine-grained one that may only read."),
        fetching.address(ADDRESS),
    ),
    fetching.origin,
    test,
    _credentials,
)  # fmt: skip
