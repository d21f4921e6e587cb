"""What services answer, as their public references say, becomes rows. Every service here is scripted: no real account was asked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from sayso.connections import delimited, fetching, signing, xml
from sayso.connections.connections import Connections
from sayso.connections.opened import Opened
from sayso.connections.readers import reader_of
from sayso.connections.reading import Batch, Place, SourceFailed, Wanted, Written, flat
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.outside import Heard, Outside, answer


def js(value: Any, **headers: str) -> bytes:
    return answer(200, orjson.dumps(value), headers=headers)


def asked(heard: Heard) -> dict[str, list[str]]:
    return parse_qs(urlsplit(heard.target).query)


async def read(connections: Connections, one: Opened, place: Place | str, **how: Any) -> list[Batch]:
    wanted = (
        Wanted(place, ("id",), **how)
        if isinstance(place, str)
        else Wanted(place.what, place.key, tuple(c.name for c in place.columns), **how)
    )
    return [batch async for batch in reader_of(one).batches(connections, one, wanted)]


async def described(connections: Connections, one: Opened, what: str) -> Place:
    return await reader_of(one).place(connections, one, what)


def kinds(place: Place) -> dict[str, str]:
    return {c.name: c.kind for c in place.columns}


async def test_a_csv_file_is_read_only_when_it_changed(connections: Connections, ben: Actor, there: Outside):
    body = 'SKU;Name;Price;Since;Sold\nA-1;Läufer;12.50;2026-01-02;true\nA-2;"Rug; blue";3;2026-02-01;false\n'.encode("cp1252")

    def says(heard: Heard) -> bytes:
        return (
            answer(304)
            if heard.header("if-none-match") == '"v1"'
            else answer(200, body, headers={"ETag": '"v1"', "Content-Type": "text/csv"})
        )

    there.at["/prices.csv"] = says
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/prices.csv"}, token="tk-prices-1234")
    place = await described(connections, one, f"{there.url}/prices.csv")
    assert (place.name, place.key, place.rows) == ("prices.csv", ("SKU",), 2)
    assert kinds(place) == {"SKU": "text", "Name": "text", "Price": "number", "Since": "date", "Sold": "checkbox"}
    (batch,) = await read(connections, one, place)
    assert [r["Name"] for r in batch.rows] == ["Läufer", "Rug; blue"]
    assert there.heard[-1].header("authorization") == "Bearer tk-prices-1234"
    (again,) = await read(connections, one, place, mark=batch.mark)
    assert again.unchanged
    there.at["/prices.csv"] = answer(200, body)  # no ETag, and the same
    (same,) = await read(connections, one, place, mark=batch.mark)
    assert same.unchanged


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!doctype html><html>Sign in", "web page"),
        (b"PK\x03\x04zip", "no text"),
        (b"", "empty"),
        (b'{"a": ', "not JSON"),
        (b'"a"\n' + b"x" * 300_000, "cannot be read"),
    ],
)
async def test_what_is_no_table_is_told(connections: Connections, ben: Actor, there: Outside, body: bytes, said: str):
    there.at["/f"] = answer(200, body)
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/f"})
    with pytest.raises(SourceFailed, match=said):
        await described(connections, one, f"{there.url}/f")


async def test_a_file_that_is_too_large_is_told(
    connections: Connections, ben: Actor, there: Outside, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fetching.got, "__kwdefaults__", {**(fetching.got.__kwdefaults__ or {}), "bytes_max": 1000})
    there.at["/f"] = answer(200, b"a,b\n" + b"1,2\n" * 1000)
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/f"})
    with pytest.raises(SourceFailed, match="more than"):
        await described(connections, one, f"{there.url}/f")


@pytest.mark.parametrize(("status", "said"), [(401, "does not accept"), (404, "has nothing"), (500, "problem of its own")])
async def test_a_service_that_says_no_is_told(
    connections: Connections, ben: Actor, there: Outside, status: int, said: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0)
    there.at["/f"] = answer(status, b"no")
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/f"})
    with pytest.raises(SourceFailed, match=said):
        await described(connections, one, f"{there.url}/f")
    assert len(there.heard) == (fetching.TRIES_MAX if status == 500 else 1)


async def test_a_busy_service_is_waited_for_as_long_as_it_says(connections: Connections, ben: Actor, there: Outside):
    there.says = [answer(429, b"slow down", headers={"Retry-After": "0"}), answer(200, b"id\n1\n")]
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/f"})
    assert (await described(connections, one, f"{there.url}/f")).rows == 1


async def test_rows_without_a_key_are_told_apart_by_their_place(connections: Connections, ben: Actor, there: Outside):
    there.at["/f"] = answer(200, b"a,b\nx,1\nx,1\n")
    one = await opened(connections, ben, "csv", {"address": f"{there.url}/f"})
    place = await described(connections, one, f"{there.url}/f")
    assert place.key == (delimited.ROW_NUMBER,)
    (batch,) = await read(connections, one, place)
    assert [r[delimited.ROW_NUMBER] for r in batch.rows] == [1, 2]


RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<item><title>Lamps &amp; more</title><link>https://x.example/1</link><guid>n-1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>
<dc:creator>Otto</dc:creator><description>&lt;p&gt;Hello&lt;/p&gt;</description><category>a</category><category>b</category></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>n-1</id><title>Lamps &amp; more</title>
<link rel="self" href="https://x.example/s"/><link href="https://x.example/1"/><published>2026-11-20T09:00:00Z</published>
<author><name>Otto</name></author><summary>&lt;p&gt;Hello&lt;/p&gt;</summary><category term="a"/><category term="b"/></entry></feed>"""


@pytest.mark.parametrize("body", [RSS, ATOM], ids=["rss", "atom"])
async def test_a_feed_has_entries(connections: Connections, ben: Actor, there: Outside, body: bytes):
    there.at["/feed"] = answer(200, body)
    one = await opened(connections, ben, "rss", {"address": f"{there.url}/feed"})
    place = await described(connections, one, f"{there.url}/feed")
    assert (place.name, place.key) == ("News", ("id",))
    (batch,) = await read(connections, one, place)
    assert batch.rows == (
        {
            "id": "n-1", "title": "Lamps & more", "link": "https://x.example/1", "published": "2026-11-20T09:00:00Z",
            "author": "Otto", "summary": "<p>Hello</p>", "categories": "a, b",
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><rss>&a;</rss>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>',
        b"<a>" * 200 + b"</a>" * 200,
        b"<rss>",
    ],
)
def test_xml_makes_the_reader_do_nothing(body: bytes):
    with pytest.raises(SourceFailed):
        xml.parsed(body, "The feed")


async def test_airtable(connections: Connections, ben: Actor, there: Outside):
    fields = [
        {"name": "Name", "type": "singleLineText"},
        {"name": "Total", "type": "currency"},
        {"name": "Tags", "type": "multipleSelects"},
        {"name": "Owner", "type": "singleCollaborator"},
    ]
    records = [
        {
            "id": f"rec{n}",
            "createdTime": "2026-11-20T10:00:00.000Z",
            "fields": {"Name": f"N{n}", "Total": n, "Tags": ["a", "b"], "Owner": {"id": "u", "name": "Otto"}},
        }
        for n in (1, 2)
    ]
    there.at["/v0/meta/bases"] = js({"bases": [{"id": "appX", "name": "Shop"}]})
    there.at["/v0/meta/bases/appX/tables"] = js({"tables": [{"id": "tblY", "name": "Orders", "fields": fields}]})

    def page(heard: Heard) -> bytes:
        return js({"records": records[1:]}) if "offset" in asked(heard) else js({"records": records[:1], "offset": "o1"})

    there.at["/v0/appX/tblY"] = page
    one = await opened(connections, ben, "airtable", {"address": f"{there.url}/v0", "writes": True}, token="pat-1234-secret")
    (named,) = await reader_of(one).places(connections, one, "ord")
    assert (named.what, named.detail, named.writable) == ("appX/tblY", "Shop", True)
    place = await described(connections, one, named.what)
    assert kinds(place) == {
        "Name": "text",
        "Total": "number",
        "Tags": "text",
        "Owner": "text",
        "Created": "datetime",
        "Record id": "text",
    }
    rows = [r for b in await read(connections, one, place) for r in b.rows]
    assert rows[1] == {
        "Record id": "rec2",
        "Created": "2026-11-20T10:00:00.000Z",
        "Name": "N2",
        "Total": 2,
        "Tags": "a, b",
        "Owner": "Otto",
    }
    assert asked(there.heard[-1])["fields[]"] == ["Name", "Total", "Tags", "Owner"]
    writer: Any = reader_of(one)
    await writer.write(connections, one, place.what, [Written({"Record id": "rec1"}, {"Name": "New"})])
    assert there.heard[-1].method == "PATCH"
    assert orjson.loads(there.heard[-1].body) == {"records": [{"id": "rec1", "fields": {"Name": "New"}}], "typecast": True}
    assert {h.header("authorization") for h in there.heard} == {"Bearer pat-1234-secret"}


async def test_notion(connections: Connections, ben: Actor, there: Outside):
    text = [{"plain_text": "Otto "}, {"plain_text": "Lamp"}]
    properties = {
        "Name": {"type": "title", "title": text}, "Stage": {"type": "status", "status": {"name": "Won"}}, "Worth": {"type": "number", "number": 12.5},
        "Tags": {"type": "multi_select", "multi_select": [{"name": "a"}, {"name": "b"}]}, "Due": {"type": "date", "date": {"start": "2026-11-27", "end": None}},
        "Done": {"type": "checkbox", "checkbox": True}, "Sum": {"type": "formula", "formula": {"type": "number", "number": 7}}, "Empty": {"type": "select", "select": None},
    }  # fmt: skip
    page = {
        "id": "p1",
        "url": "https://notion.so/p1",
        "created_time": "2026-11-01T00:00:00.000Z",
        "last_edited_time": "2026-11-20T10:00:00.000Z",
        "properties": properties,
    }
    there.at["/v1/search"] = js({"results": [{"id": "db1", "title": [{"plain_text": "Deals"}]}], "has_more": False})
    there.at["/v1/databases/db1"] = js(
        {"id": "db1", "title": [{"plain_text": "Deals"}], "properties": {n: {"type": p["type"]} for n, p in properties.items()}}
    )

    def query(heard: Heard) -> bytes:
        sent = orjson.loads(heard.body)
        return (
            js({"results": [{**page, "id": "p2"}], "has_more": False})
            if "start_cursor" in sent
            else js({"results": [page], "has_more": True, "next_cursor": "c"})
        )

    there.at["/v1/databases/db1/query"] = query
    one = await opened(connections, ben, "notion", {"address": f"{there.url}/v1"}, token="ntn-1234-secret")
    (named,) = await reader_of(one).places(connections, one, "")
    place = await described(connections, one, named.what)
    assert place.columns[0].name == "Name"
    assert (kinds(place)["Worth"], kinds(place)["Due"], kinds(place)["Last edited"]) == ("number", "date", "datetime")
    batches = await read(connections, one, place, cursor="Last edited", since="2026-11-19T00:00:00.000Z")
    assert [b.rows[0]["Page id"] for b in batches] == ["p1", "p2"]
    row = batches[0].rows[0]
    assert {k: row[k] for k in properties} == {
        "Name": "Otto Lamp", "Stage": "Won", "Worth": 12.5, "Tags": "a, b", "Due": "2026-11-27", "Done": True, "Sum": 7, "Empty": None
    }  # fmt: skip
    assert batches[-1].since == "2026-11-20T10:00:00.000Z"
    assert orjson.loads(there.heard[-2].body)["filter"]["last_edited_time"] == {"on_or_after": "2026-11-19T00:00:00.000Z"}
    assert there.heard[-1].header("notion-version") == "2022-06-28"


async def test_google_sheets(connections: Connections, ben: Actor, there: Outside):
    there.at["/v4/spreadsheets/book1"] = js(
        {"properties": {"title": "Prices"}, "sheets": [{"properties": {"title": "May 2026", "sheetType": "GRID"}}]}
    )
    there.at["/v4/spreadsheets/book1/values/May%202026"] = js(
        {"range": "x", "values": [["SKU", "Price", ""], ["A", 12.5], [], ["B", "", "x"]]}
    )
    settings = {
        "spreadsheet": "https://docs.google.com/spreadsheets/d/book1/edit#gid=0",
        "auth": "key",
        "address": f"{there.url}/v4",
    }
    one = await opened(connections, ben, "google_sheets", settings, key="AIza-1234")
    (named,) = await reader_of(one).places(connections, one, "")
    assert (named.what, named.detail) == ("May 2026", "Prices")
    place = await described(connections, one, named.what)
    assert (place.key, kinds(place)["Price"]) == (("SKU",), "number")
    (batch,) = await read(connections, one, place)
    assert [(r["SKU"], r["Price"], r["Column 3"]) for r in batch.rows] == [("A", 12.5, None), ("B", None, "x")]
    assert asked(there.heard[-1])["key"] == ["AIza-1234"]
    assert asked(there.heard[-1])["valueRenderOption"] == ["UNFORMATTED_VALUE"]


async def test_github(connections: Connections, ben: Actor, there: Outside):
    issue = {
        "number": 7,
        "title": "Broken",
        "state": "open",
        "user": {"login": "otto"},
        "assignees": [{"login": "mia"}],
        "labels": [{"name": "bug"}],
        "comments": 2,
        "created_at": "2026-11-01T00:00:00Z",
        "updated_at": "2026-11-20T00:00:00Z",
        "closed_at": None,
        "html_url": "https://x.example/7",
        "body": "text",
        "milestone": None,
    }
    pull = {**issue, "number": 8, "pull_request": {}}

    def page(heard: Heard) -> bytes:
        if "page" in asked(heard):
            return js([{**issue, "number": 9}])
        return js([issue, pull], Link=f'<{there.url}/repos/northlight/shop/issues?page=2>; rel="next", <x>; rel="last"')

    there.at["/repos/northlight/shop/issues"] = page
    there.at["/user/repos"] = js([{"full_name": "northlight/shop"}])
    one = await opened(connections, ben, "github", {"address": there.url}, token="ghp-1234-secret")
    assert [p.what for p in await reader_of(one).places(connections, one, "shop")][:2] == [
        "northlight/shop/issues",
        "northlight/shop/pulls",
    ]
    place = await described(connections, one, "northlight/shop/issues")
    batches = await read(connections, one, place, cursor="updated_at", since="2026-11-19T00:00:00Z")
    assert [r["number"] for b in batches for r in b.rows] == [7, 9]
    assert (batches[0].rows[0]["author"], batches[0].rows[0]["labels"], batches[0].rows[0]["assignees"]) == ("otto", "bug", "mia")
    assert asked(there.heard[-2])["since"] == ["2026-11-19T00:00:00Z"]
    for wrong in ("northlight/issues", "a/../../b/issues", "a/b/nonsense", "a/b?x=/issues"):
        with pytest.raises(SourceFailed, match="repository"):
            await described(connections, one, wrong)


def signs(secret: str) -> Callable[[Heard], bool]:
    """Whether a request is signed with this secret, worked out from what was received."""

    def good(heard: Heard) -> bool:
        parts = urlsplit(heard.target)
        head = heard.header("authorization")
        names = head.partition("SignedHeaders=")[2].partition(",")[0]
        canonical = "\n".join(
            (
                "GET",
                parts.path,
                parts.query,
                "".join(f"{n}:{heard.header(n)}\n" for n in names.split(";")),
                names,
                hashlib.sha256(b"").hexdigest(),
            )
        )
        scope = head.partition("Credential=")[2].partition(",")[0].partition("/")[2]
        key = f"AWS4{secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        told = "\n".join(("AWS4-HMAC-SHA256", heard.header("x-amz-date"), scope, hashlib.sha256(canonical.encode()).hexdigest()))
        return hmac.new(key, told.encode(), hashlib.sha256).hexdigest() == head.partition("Signature=")[2]

    return good


async def test_s3(connections: Connections, ben: Actor, there: Outside):
    good = signs("s3-secret-1234")

    def listed(heard: Heard) -> bytes:
        if not good(heard):
            return answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        after = asked(heard).get("start-after")
        files = "".join(
            f"<Contents><Key>{k}</Key><LastModified>2026-11-20T10:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size></Contents>"
            for k in (["b/ü.csv"] if after else ["a.txt"])
        )
        return answer(
            200,
            f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{files}<IsTruncated>{"false" if after else "true"}</IsTruncated></ListBucketResult>',
        )

    there.at["/shop/"] = listed
    there.at["/shop/b/%C3%BC.csv"] = lambda heard: answer(200, b"id,n\n1,x\n") if good(heard) else answer(403)
    settings = {"address": there.url, "bucket": "shop", "access_key": "AK", "region": "eu-central-1"}
    one = await opened(connections, ben, "s3", settings, secret_key="s3-secret-1234")
    batches = await read(connections, one, await described(connections, one, "*"))
    assert [(r["key"], r["bytes"], r["etag"]) for b in batches for r in b.rows] == [("a.txt", 5, "e"), ("b/ü.csv", 5, "e")]
    assert batches[0].after == "a.txt"
    place = await described(connections, one, "b/ü.csv")
    assert (place.key, place.rows) == (("id",), 1)
    wrong = await opened(connections, ben, "s3", settings, secret_key="another-secret")
    with pytest.raises(SourceFailed, match="does not allow"):
        await described(connections, wrong, "*")


def test_a_signature_is_amazons_own():
    """The example "GET Bucket Lifecycle" of Amazon's reference (docs.aws.amazon.com, "Authenticating Requests: Using the Authorization
    Header"), with the keys that it publishes."""
    headers = signing.signed(
        "GET", "https://examplebucket.s3.amazonaws.com/?lifecycle=", region="us-east-1", access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", now=datetime(2013, 5, 24, tzinfo=UTC),
    )  # fmt: skip
    assert headers["Authorization"].endswith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")


async def test_any_api_that_answers_with_a_list(connections: Connections, ben: Actor, there: Outside):
    def page(heard: Heard) -> bytes:
        if asked(heard).get("page") == ["2"]:
            return js({"data": {"items": [{"id": 3, "who": {"name": "Mia"}, "tags": []}]}, "next": None})
        items = [{"id": 1, "who": {"name": "Otto"}, "tags": ["a", "b"]}, {"id": 2, "who": None, "tags": [{"x": 1}]}]
        return js({"data": {"items": items}, "next": f"{there.url}/v1/orders?page=2"})

    there.at["/v1/orders"] = page
    one = await opened(connections, ben, "http", {"address": f"{there.url}/v1", "auth": "bearer"}, token="tk-1234-secret")
    place = await described(connections, one, "orders#data.items")
    assert (place.key, kinds(place)["id"]) == (("id",), "number")
    rows = [r for b in await read(connections, one, place) for r in b.rows]
    assert [(r["id"], r.get("who.name"), r["tags"]) for r in rows] == [
        (1, "Otto", "a, b"),
        (2, None, '[{"x":1}]'),
        (3, "Mia", ""),
    ]
    with pytest.raises(SourceFailed, match="no list"):
        await described(connections, one, "orders#nothing")


async def test_a_next_page_elsewhere_hears_no_secret(connections: Connections, ben: Actor, there: Outside, elsewhere: Outside):
    there.at["/v1/orders"] = js({"data": [{"id": 1}], "next": f"{elsewhere.url}/v1/orders"})
    one = await opened(connections, ben, "http", {"address": f"{there.url}/v1", "auth": "bearer"}, token="tk-1234-secret")
    with pytest.raises(Exception, match="not"):
        await read(connections, one, "orders#data")
    assert elsewhere.came == 0


def test_what_lies_deeper_is_named_by_its_way():
    assert flat({"a": {"b": {"c": 1}, "d": []}, "e": {}, "f": [1, "x"]}) == {"a.b.c": 1, "a.d": "", "e": None, "f": "1, x"}
